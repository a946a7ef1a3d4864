import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import type { FileTime } from '../../encode/file-time.js';

/** Status of a file, with exact numbers. */
export interface FileStatus {
  /** Type and permissions. */
  readonly mode: number;
  /** Names that it has. */
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Blocks of 512 bytes on disk. */
  readonly blocks: number;
  readonly modified: FileTime;
  readonly changed: FileTime;
  /** Numbers of a device node. */
  readonly major: number;
  readonly minor: number;
  /** Device of the file system. */
  readonly device: readonly [major: number, minor: number];
  /** Upper and lower 32 bits. */
  readonly inode: readonly [upper: number, lower: number];
  /** Bytes of the names of extended attributes; undefined if unavailable. */
  readonly attributeBytes: number | undefined;
}

/** How many numbers the addon's calls fill in. */
export const FACTS = 17;

/** From what the addon's calls have filled in. */
export function statusFromFacts(facts: Float64Array): FileStatus {
  const at = (index: number) => facts[index] ?? 0;
  return {
    mode: at(0),
    links: at(1),
    uid: at(2),
    gid: at(3),
    size: at(4),
    blocks: at(5),
    modified: { seconds: at(6), nanoseconds: at(7) },
    changed: { seconds: at(8), nanoseconds: at(9) },
    major: at(10),
    minor: at(11),
    device: [at(12), at(13)],
    inode: [at(14), at(15)],
    attributeBytes: at(16),
  };
}

export function statusFromStats(stats: BigIntStats): FileStatus {
  return {
    mode: Number(stats.mode),
    links: Number(stats.nlink),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    size: Number(stats.size),
    blocks: Number(stats.blocks),
    modified: fileTime(stats.mtimeNs),
    changed: fileTime(stats.ctimeNs),
    major: majorOf(stats.rdev),
    minor: minorOf(stats.rdev),
    device: [majorOf(stats.dev), minorOf(stats.dev)],
    inode: [Number(stats.ino >> 32n), Number(stats.ino & 0xffffffffn)],
    attributeBytes: undefined,
  };
}

const NANOSECONDS = 1_000_000_000n;

/** From nanoseconds since 1970. */
export function fileTime(nanoseconds: bigint): FileTime {
  const rest = nanoseconds % NANOSECONDS;
  const below = rest < 0n ? rest + NANOSECONDS : rest;
  return { seconds: Number((nanoseconds - below) / NANOSECONDS), nanoseconds: Number(below) };
}

/** As gnu_dev_major(3) and gnu_dev_minor(3) take a number apart. */
function majorOf(device: bigint): number {
  return Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n));
}

function minorOf(device: bigint): number {
  return Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n));
}

export function isFolder({ mode }: FileStatus): boolean {
  return (mode & constants.S_IFMT) === constants.S_IFDIR;
}

export function isLater(time: FileTime, than: FileTime): boolean {
  return time.seconds === than.seconds ? time.nanoseconds > than.nanoseconds : time.seconds > than.seconds;
}

export function sameTime(one: FileTime, other: FileTime): boolean {
  return one.seconds === other.seconds && one.nanoseconds === other.nanoseconds;
}

/** Device and inode: the same for all names of a file. */
export function identityOf({ device, inode }: FileStatus): string {
  return `${device[0]}:${device[1]}:${inode[0]}:${inode[1]}`;
}
