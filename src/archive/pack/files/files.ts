// Calls of `fs` by paths that are bytes.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  opendirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
} from 'node:fs';
import { errnoName } from '../../../errors/system-error.js';
import { type ByteString, isAscii, toBytes } from '../../encode/byte-string.js';
import { type FileStatus, statusFromStats } from './file-status.js';

/** O_NONBLOCK: a FIFO that took a file's place meanwhile is not waited for. */
const READ_ONLY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function fsPath(path: ByteString): string | Buffer {
  return isAscii(path) ? path : toBytes(path);
}

/** Of a link, not of what it leads to. */
export function statLink(path: ByteString): FileStatus {
  return statusFromStats(lstatSync(fsPath(path), { bigint: true }));
}

export function statOpen(fd: number): FileStatus {
  return statusFromStats(fstatSync(fd, { bigint: true }));
}

/** Size of a folder from which on it is read in pieces; its whole list would be in memory twice. */
const LARGE_FOLDER = 256 * 1024;
const ENTRIES_AT_ONCE = 4096;

/** See `FileAccess.names`. */
export function namesIn(folder: ByteString, size: number): Buffer {
  const names = size < LARGE_FOLDER ? namesAtOnce(folder) : namesInPieces(folder);
  return toBytes(names.sort().reduce((list, name) => `${list}${name}\0`, ''));
}

/** Node.js takes latin1 for bytes as they are. */
function namesAtOnce(folder: ByteString): ByteString[] {
  return readdirSync(fsPath(folder), { encoding: 'latin1' });
}

function namesInPieces(folder: ByteString): ByteString[] {
  const names: ByteString[] = [];
  const opened = opendirSync(fsPath(folder), { encoding: 'latin1', bufferSize: ENTRIES_AT_ONCE });
  try {
    for (let entry = opened.readSync(); entry !== null; entry = opened.readSync()) names.push(entry.name);
  } finally {
    opened.closeSync();
  }
  return names;
}

export function linkTarget(path: ByteString): ByteString {
  return readlinkSync(fsPath(path), { encoding: 'latin1' });
}

/** The path without links in it. */
export function realPath(path: ByteString): ByteString {
  return realpathSync.native(fsPath(path), { encoding: 'latin1' });
}

/** Opens a file for reading, without following a link. */
export function openFile(path: ByteString): number {
  return openSync(fsPath(path), READ_ONLY);
}

export function closeFile(fd: number): void {
  closeSync(fd);
}

/** See `FileAccess.readSmall`. */
export function readSmallFile(path: ByteString, memory: Buffer, at: number, length: number) {
  const fd = openFile(path);
  try {
    let count = 0;
    for (let got = -1; got !== 0 && count < length; count += got) {
      got = readSync(fd, memory, at + count, length - count, null);
    }
    return { count, now: statOpen(fd) };
  } finally {
    closeSync(fd);
  }
}

/** Name of the system's error, where it is one. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** For a negative errno value. */
export function systemError(errno: number, syscall: string): Error {
  const code = errnoName(errno);
  return Object.assign(new Error(`${code}, ${syscall}`), { code, errno, syscall });
}
