import type { ByteString } from '../encode/byte-string.js';
import type { FileTime } from '../encode/file-time.js';
import type { PackProgress, PackSummary } from './summary.js';

/** Job of a packer, as sent to its thread. */
export interface PackJob {
  /** Named paths: relative to `base` if set, otherwise absolute. */
  readonly sources: readonly ByteString[];
  /** More named paths, each followed by a NUL. */
  readonly list: Uint8Array | undefined;
  /** Members are named by the paths that were given; without it, each source by the last name of its path. */
  readonly base: ByteString | undefined;
  /** Patterns as in a .gitignore. */
  readonly exclude: readonly string[];
  readonly oneFileSystem: boolean;
  readonly newerThan: FileTime | undefined;
  readonly special: boolean;
  readonly xattrs: boolean;
  readonly strict: boolean;
}

/** Where archiving begins. */
export interface Root {
  /** In the file system. */
  readonly path: ByteString;
  /** In the archive; empty where everything in it lies at the top. */
  readonly name: ByteString;
  /** Index in member names at which the paths for patterns begin. */
  readonly patternsFrom: number;
}

/** What a packer's thread is started with. */
export interface PackerData {
  readonly job: PackJob;
  readonly slabBytes: number;
  /** Whether the other thread has the addon, and can see its slabs. */
  readonly sharesSlabs: boolean;
  /** Slabs filled before the packer waits for one to be taken. */
  readonly ahead: number;
  /** Int32: see `CELL`. */
  readonly shared: SharedArrayBuffer;
}

/** Cells of the memory that both threads see. */
export const CELL = {
  /** How many slabs were taken. */
  taken: 0,
  /** 1: no more data is wanted. */
  stopped: 1,
  /** How many slabs the other thread has a view of. */
  seen: 2,
} as const;
export const CELLS = 3;

/** A slab between the threads: its address where it is the addon's, or memory that is moved. */
export type SlabMemory = number | ArrayBuffer;

/** Messages of a packer's thread. */
export type PackerMessage =
  /** Everything that was named is there. */
  | { readonly kind: 'begun' }
  | { readonly kind: 'slab'; readonly memory: SlabMemory; readonly bytes: number; readonly progress: PackProgress }
  | { readonly kind: 'end'; readonly summary: PackSummary }
  | { readonly kind: 'failure'; readonly failure: PackFailure };

/** Why there is no archive. */
export interface PackFailure {
  readonly what: string;
  /** True if the call was invalid, false if the source failed. */
  readonly refused: boolean;
  readonly code: string | undefined;
  readonly next: string;
}
