// Trees of files to archive.
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';

const MIB = 2 ** 20;

/**
 * So many files of so many bytes, in folders of `perFolder`. The content is the same, and does not compress to nothing.
 * By calls that block, which takes a fifth of the time; a signal is heard now and then.
 */
export async function makeFiles(folder, { files, bytes, perFolder = 200 }) {
  const content = patterned(Math.min(bytes, MIB));
  for (let file = 0; file < files; file += 1) {
    const within = join(folder, `folder-${Math.floor(file / perFolder)}`);
    if (file % perFolder === 0) mkdirSync(within, { recursive: true });
    if (file % BETWEEN_TURNS === 0) await turn();
    const path = join(within, `file-${file}`);
    if (bytes <= MIB) writeFileSync(path, content);
    else await writeLarge(path, content, bytes);
  }
  return folder;
}

const BETWEEN_TURNS = 200;

async function writeLarge(path, content, bytes) {
  const file = openSync(path, 'w');
  try {
    for (let left = bytes; left > 0; left -= content.length) {
      writeSync(file, content.subarray(0, Math.min(left, content.length)));
      if (left % (BETWEEN_TURNS * MIB) === 0) await turn();
    }
  } finally {
    closeSync(file);
  }
}

function patterned(bytes) {
  const content = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += 1) content[at] = (at * 2654435761) >>> 24;
  return content;
}
