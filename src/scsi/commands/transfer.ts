import { type CdbLayout, commandWithDataIn, commandWithDataOut, commandWithoutData } from '../wire/cdb.js';
import type { ScsiCommand } from '../wire/command.js';
import { bits, flag, uint } from '../wire/layout.js';

// The commands of SSC-5 that read, write and prepare the medium.

export const READ_BLOCK_LIMITS = {
  name: 'READ BLOCK LIMITS',
  length: 6,
  fields: { maximumLogicalObjectIdentifier: flag(1, 0) },
} as const satisfies CdbLayout;

export function readBlockLimits(): ScsiCommand {
  return commandWithDataIn(READ_BLOCK_LIMITS, {}, 6);
}

export const READ_6 = {
  name: 'READ(6)',
  length: 6,
  fields: { suppressIncorrectLength: flag(1, 1), fixed: flag(1, 0), transferLength: uint(2, 3) },
} as const satisfies CdbLayout;

/** One block of up to `length` bytes, or `blocks` blocks of the fixed `blockLength`. */
export type ReadOptions = VariableReadOptions | FixedTransfer;

export interface VariableReadOptions {
  readonly length: number;
  readonly suppressIncorrectLength?: boolean;
}

export interface FixedTransfer {
  readonly blocks: number;
  readonly blockLength: number;
}

export function read6(options: ReadOptions): ScsiCommand {
  if ('blocks' in options) {
    const { blocks, blockLength } = options;
    return commandWithDataIn(READ_6, { fixed: true, transferLength: blocks }, blocks * blockLength);
  }
  const { length, suppressIncorrectLength = false } = options;
  return commandWithDataIn(READ_6, { suppressIncorrectLength, transferLength: length }, length);
}

export const WRITE_6 = {
  name: 'WRITE(6)',
  length: 6,
  fields: { fixed: flag(1, 0), transferLength: uint(2, 3) },
} as const satisfies CdbLayout;

/** One block that is `data`, or, with `blocks`, that many blocks of the drive's fixed block length. */
export function write6({ data, blocks }: { data: Uint8Array; blocks?: number }): ScsiCommand {
  return commandWithDataOut(WRITE_6, { fixed: blocks !== undefined, transferLength: blocks ?? data.length }, data);
}

export const WRITE_FILEMARKS_6 = {
  name: 'WRITE FILEMARKS(6)',
  length: 6,
  fields: { setmark: flag(1, 1), immediate: flag(1, 0), count: uint(2, 3) },
} as const satisfies CdbLayout;

/** `count` 0 writes no filemark but flushes the buffer to the medium. */
export function writeFilemarks6({ count, immediate = false }: { count: number; immediate?: boolean }): ScsiCommand {
  return commandWithoutData(WRITE_FILEMARKS_6, { count, immediate });
}

export const VERIFY_6 = {
  name: 'VERIFY(6)',
  length: 6,
  fields: {
    /** VTE: verify to the end of the data. */
    toEndOfData: flag(1, 5),
    /** VLBPM: verify with the current method of logical block protection. */
    byProtection: flag(1, 4),
    /** VBF: the verification length counts filemarks. */
    filemarks: flag(1, 3),
    immediate: flag(1, 2),
    /** BYTCMP: compare with data from the host. */
    byteCompare: flag(1, 1),
    fixed: flag(1, 0),
    verificationLength: uint(2, 3),
  },
} as const satisfies CdbLayout;

/** VERIFY(6): the drive reads and checks what is recorded up to `count` filemarks, without a data transfer. */
export function verifyFilemarks(count: number): ScsiCommand {
  return commandWithoutData(VERIFY_6, { filemarks: true, verificationLength: count });
}

export const ERASE_6 = {
  name: 'ERASE(6)',
  length: 6,
  fields: { immediate: flag(1, 1), long: flag(1, 0) },
} as const satisfies CdbLayout;

/** `long` erases to the end of the partition, which takes hours; short records an end of data here. */
export function erase6({ long, immediate = false }: { long: boolean; immediate?: boolean }): ScsiCommand {
  return commandWithoutData(ERASE_6, { long, immediate });
}

export const REPORT_DENSITY_SUPPORT = {
  name: 'REPORT DENSITY SUPPORT',
  length: 10,
  fields: { mediumType: flag(1, 1), media: flag(1, 0), allocationLength: uint(7, 2) },
} as const satisfies CdbLayout;

export interface ReportDensitySupportOptions {
  /** Only densities that the loaded medium supports. */
  readonly media?: boolean;
  /** Medium type descriptors instead of density descriptors. */
  readonly mediumType?: boolean;
  readonly allocationLength?: number;
}

export function reportDensitySupport(options: ReportDensitySupportOptions = {}): ScsiCommand {
  const { media = false, mediumType = false, allocationLength = 4096 } = options;
  return commandWithDataIn(REPORT_DENSITY_SUPPORT, { media, mediumType, allocationLength }, allocationLength);
}

export const FORMAT_MEDIUM = {
  name: 'FORMAT MEDIUM',
  length: 6,
  fields: { verify: flag(1, 1), immediate: flag(1, 0), format: bits(2, 3, 0), transferLength: uint(3, 2) },
} as const satisfies CdbLayout;

/** `format`: 0 one partition, 1 partitions according to the medium partition mode page, 2 both. */
export function formatMedium({ format = 0, verify = false, immediate = false } = {}): ScsiCommand {
  return commandWithoutData(FORMAT_MEDIUM, { format, verify, immediate });
}

export const SET_CAPACITY = {
  name: 'SET CAPACITY',
  length: 6,
  fields: { immediate: flag(1, 0), capacityProportion: uint(3, 2) },
} as const satisfies CdbLayout;

/** `capacityProportion`: the part of the medium to use, in 65535ths. */
export function setCapacity({ capacityProportion = 0xffff, immediate = false } = {}): ScsiCommand {
  return commandWithoutData(SET_CAPACITY, { capacityProportion, immediate });
}
