import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
} from 'node:fs';
import { type ByteString, isAscii, toBytes } from '../encode/byte-string.js';

/** O_NONBLOCK: a FIFO that took a file's place meanwhile is not waited for. */
const READ_ONLY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A path for calls of `fs`. */
export function fsPath(path: ByteString): string | Buffer {
  return isAscii(path) ? path : toBytes(path);
}

export function statLink(path: ByteString): BigIntStats {
  return lstatSync(fsPath(path), { bigint: true });
}

export function statOpen(fd: number): BigIntStats {
  return fstatSync(fd, { bigint: true });
}

/** Names in a folder in the order of their bytes. Node.js takes latin1 for bytes as they are. */
export function namesIn(folder: ByteString): ByteString[] {
  return readdirSync(fsPath(folder), { encoding: 'latin1' }).sort();
}

export function linkTarget(path: ByteString): ByteString {
  return readlinkSync(fsPath(path), { encoding: 'latin1' });
}

/** The path without links in it. */
export function realPath(path: ByteString): ByteString {
  return realpathSync.native(fsPath(path), { encoding: 'latin1' });
}

/** To read it; not by a link. */
export function openFile(path: ByteString): number {
  return openSync(fsPath(path), READ_ONLY);
}

export function closeFile(fd: number): void {
  closeSync(fd);
}

/** Name of the system's error, where it is one. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
