// Where the temporary files of the tests go: virtual drives sync at each filemark, and most of the time of their tests is
// spent waiting for the disk.
import { chmodSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { freemem, release } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** More than the tests have at a time. */
const ROOM = 6 * 2 ** 30;
/** The first Linux whose file system in memory has attributes of users. */
const LINUX = [6, 6];

/** A new folder in memory, gone when the process ends; undefined where there is none that will do. */
export function memoryFolder() {
  if (process.platform !== 'linux' || !hasAttributes() || !isMounted() || !hasRoom()) return undefined;
  const folder = mkdtempSync(join(MEMORY, 'lto-'));
  // As /tmp is: some programs of the tests run as other users.
  chmodSync(folder, 0o1777);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function hasAttributes() {
  const [major = 0, minor = 0] = release().split('.', 2).map(Number);
  return major > LINUX[0] || (major === LINUX[0] && minor >= LINUX[1]);
}

/** Programs can be started from it, too. */
function isMounted() {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  const [, , type, options = ''] = mounts.findLast((line) => line.split(' ')[1] === MEMORY)?.split(' ') ?? [];
  return type === 'tmpfs' && !options.split(',').includes('noexec');
}

function hasRoom() {
  const { bavail, bsize } = statfsSync(MEMORY);
  return Math.min(bavail * bsize, freemem()) >= ROOM;
}
