import { unsafe } from '../../decode/fault.js';
import { type ByteString, quoted } from '../../encode/byte-string.js';

/** The usual path, which needs no change except removing a trailing slash. */
const PLAIN = /^(?!\.{0,2}\/)(?:[^/]+\/(?!\.{0,2}(?:\/|$)))*[^/]+\/?$/;

/** Far longer than any file system accepts. */
const LONGEST = 65_536;

/**
 * A path of an archive as one below the folder: without `.`, empty components and the slash at the end; empty for the
 * folder itself. Throws ArchiveFault for an absolute path, for one with `..`, and on Windows for one that is not relative
 * there.
 */
export function memberPath(path: ByteString): ByteString {
  if (process.platform === 'win32' && /[\\:]/.test(path)) {
    throw unsafe(`the name ${quoted(path)} means another place on Windows`);
  }
  if (path.length > LONGEST) throw unsafe(`a name of ${path.length} bytes`);
  if (path.includes('\0')) throw unsafe(`the name ${quoted(path)} holds a NUL`);
  if (path !== '.' && path !== '..' && PLAIN.test(path)) return path.endsWith('/') ? path.slice(0, -1) : path;
  if (path.startsWith('/')) throw unsafe(`the name ${quoted(path)} is absolute`);
  const components = path.split('/').filter((component) => component !== '' && component !== '.');
  if (components.includes('..')) throw unsafe(`the name ${quoted(path)} leads out of the folder`);
  return components.join('/');
}
