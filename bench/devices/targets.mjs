// What is written to and read from, by a description that goes to a child process.
import { TapeDrive } from '../harness/library.mjs';
import { OrdinaryFile } from './ordinary-file.mjs';

/**
 * @typedef {{ kind: 'tape' | 'file' | 'virtual', path: string }} Target `tape`: a node or `virtual:<folder>`, by the
 *   library's own door; `file`: a FIFO, a file, /dev/null
 */

/** Opens a target as a drive. @param {Target} target @param {'write' | 'read'} access */
export async function openTarget({ kind, path }, access) {
  if (kind === 'file') return TapeDrive.onTransport(await OrdinaryFile.open(path, access));
  return TapeDrive.open(kind === 'virtual' ? `virtual:${path}` : path);
}

/** Goes to the beginning, where there is one. */
export async function rewindTarget(target) {
  if (target.kind === 'file') return;
  const drive = await openTarget(target, 'write');
  try {
    await drive.rewind();
  } finally {
    await drive.close();
  }
}
