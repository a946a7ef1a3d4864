import { type CdbLayout, commandWithDataIn, commandWithoutData } from '../wire/cdb.js';
import type { ScsiCommand } from '../wire/command.js';
import { bits, clampedInt64, clampedUint64, flag, int, uint } from '../wire/layout.js';

// Commands of SSC-5 that move the tape or report its position.

export const REWIND = { name: 'REWIND', length: 6, fields: { immediate: flag(1, 0) } } as const satisfies CdbLayout;

export function rewind({ immediate = false } = {}): ScsiCommand {
  return commandWithoutData(REWIND, { immediate });
}

/** Values of the CODE field of SPACE. */
export const SPACE_CODE = { objects: 0, filemarks: 1, sequentialFilemarks: 2, endOfData: 3 } as const;

export const SPACE_6 = {
  name: 'SPACE(6)',
  length: 6,
  fields: { code: bits(1, 3, 0), count: int(2, 3) },
} as const satisfies CdbLayout;

/** `count` is negative for spacing backwards, and of no meaning for `endOfData`. */
export function space6({ code, count }: { code: keyof typeof SPACE_CODE; count: number }): ScsiCommand {
  return commandWithoutData(SPACE_6, { code: SPACE_CODE[code], count });
}

export const SPACE_16 = {
  name: 'SPACE(16)',
  length: 16,
  fields: { code: bits(1, 3, 0), count: clampedInt64(4), parameterListLength: uint(12, 2) },
} as const satisfies CdbLayout;

/** `count` is negative for spacing backwards, and of no meaning for `endOfData`. */
export function space16({ code, count }: { code: keyof typeof SPACE_CODE; count: number }): ScsiCommand {
  return commandWithoutData(SPACE_16, { code: SPACE_CODE[code], count });
}

export const LOCATE_10 = {
  name: 'LOCATE(10)',
  length: 10,
  fields: { changePartition: flag(1, 1), immediate: flag(1, 0), logicalObject: uint(3, 4), partition: uint(8, 1) },
} as const satisfies CdbLayout;

export interface Locate10Options {
  readonly logicalObject: number;
  /** Partition to change to; default: the current one. */
  readonly partition?: number;
  readonly immediate?: boolean;
}

export function locate10({ logicalObject, partition, immediate = false }: Locate10Options): ScsiCommand {
  const changePartition = partition !== undefined;
  return commandWithoutData(LOCATE_10, { changePartition, immediate, logicalObject, partition: partition ?? 0 });
}

/** Values of the DEST_TYPE field of LOCATE(16). */
export const LOCATE_DESTINATION = { logicalObject: 0, filemark: 1, endOfData: 3 } as const;

export const LOCATE_16 = {
  name: 'LOCATE(16)',
  length: 16,
  fields: {
    destinationType: bits(1, 5, 3),
    changePartition: flag(1, 1),
    immediate: flag(1, 0),
    partition: uint(3, 1),
    identifier: clampedUint64(4),
  },
} as const satisfies CdbLayout;

export interface Locate16Options {
  readonly destination: keyof typeof LOCATE_DESTINATION;
  /** Number of the logical object or logical file; ignored for `endOfData`. */
  readonly identifier?: number;
  /** Partition to change to; default: the current one. */
  readonly partition?: number;
  readonly immediate?: boolean;
}

export function locate16(options: Locate16Options): ScsiCommand {
  const { destination, identifier = 0, partition, immediate = false } = options;
  return commandWithoutData(LOCATE_16, {
    destinationType: LOCATE_DESTINATION[destination],
    changePartition: partition !== undefined,
    immediate,
    partition: partition ?? 0,
    identifier,
  });
}

/** Service action and data length of each form of READ POSITION. */
export const READ_POSITION_FORM = {
  short: { serviceAction: 0x00, length: 20 },
  long: { serviceAction: 0x06, length: 32 },
  extended: { serviceAction: 0x08, length: 32 },
} as const;

export const READ_POSITION = {
  name: 'READ POSITION',
  length: 10,
  fields: { serviceAction: bits(1, 4, 0), allocationLength: uint(7, 2) },
} as const satisfies CdbLayout;

export function readPosition(form: keyof typeof READ_POSITION_FORM): ScsiCommand {
  const { serviceAction, length } = READ_POSITION_FORM[form];
  // The short and the long form have a fixed length and require ALLOCATION LENGTH zero.
  return commandWithDataIn(
    READ_POSITION,
    { serviceAction, allocationLength: form === 'extended' ? length : 0 },
    length,
  );
}

export const LOAD_UNLOAD = {
  name: 'LOAD UNLOAD',
  length: 6,
  fields: {
    immediate: flag(1, 0),
    hold: flag(4, 3),
    endOfTape: flag(4, 2),
    retension: flag(4, 1),
    load: flag(4, 0),
  },
} as const satisfies CdbLayout;

export interface LoadUnloadOptions {
  readonly load: boolean;
  readonly retension?: boolean;
  readonly endOfTape?: boolean;
  readonly hold?: boolean;
  readonly immediate?: boolean;
}

export function loadUnload(options: LoadUnloadOptions): ScsiCommand {
  return commandWithoutData(LOAD_UNLOAD, options);
}
