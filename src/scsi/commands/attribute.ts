import { type CdbLayout, commandWithDataIn, commandWithDataOut } from '../wire/cdb.js';
import type { ScsiCommand } from '../wire/command.js';
import { bits, flag, uint } from '../wire/layout.js';

// READ ATTRIBUTE and WRITE ATTRIBUTE (SPC-5): the medium auxiliary memory.

/** Service actions of READ ATTRIBUTE. */
export const READ_ATTRIBUTE_ACTION = {
  values: 0,
  attributeList: 1,
  logicalVolumeList: 2,
  partitionList: 3,
  supportedAttributes: 5,
} as const;

export const READ_ATTRIBUTE = {
  name: 'READ ATTRIBUTE',
  length: 16,
  fields: {
    serviceAction: bits(1, 4, 0),
    logicalVolume: uint(5, 1),
    partition: uint(7, 1),
    firstAttribute: uint(8, 2),
    allocationLength: uint(10, 4),
    cache: flag(14, 0),
  },
} as const satisfies CdbLayout;

export interface ReadAttributeOptions {
  readonly serviceAction?: keyof typeof READ_ATTRIBUTE_ACTION;
  readonly partition?: number;
  readonly firstAttribute?: number;
  readonly allocationLength?: number;
  /** The drive may answer from its cache instead of the chip. */
  readonly cache?: boolean;
}

export function readAttribute(options: ReadAttributeOptions = {}): ScsiCommand {
  const { serviceAction = 'values', allocationLength = 8192, ...rest } = options;
  const values = { ...rest, serviceAction: READ_ATTRIBUTE_ACTION[serviceAction], allocationLength };
  return commandWithDataIn(READ_ATTRIBUTE, values, allocationLength);
}

export const WRITE_ATTRIBUTE = {
  name: 'WRITE ATTRIBUTE',
  length: 16,
  fields: {
    writeThrough: flag(1, 0),
    logicalVolume: uint(5, 1),
    partition: uint(7, 1),
    parameterListLength: uint(10, 4),
  },
} as const satisfies CdbLayout;

export interface WriteAttributeOptions {
  /** A parameter list of `encodeAttributeValues`. */
  readonly data: Uint8Array;
  readonly partition?: number;
  /** GOOD only after the chip holds the values (default). */
  readonly writeThrough?: boolean;
}

export function writeAttribute({ data, partition = 0, writeThrough = true }: WriteAttributeOptions): ScsiCommand {
  return commandWithDataOut(WRITE_ATTRIBUTE, { writeThrough, partition, parameterListLength: data.length }, data);
}
