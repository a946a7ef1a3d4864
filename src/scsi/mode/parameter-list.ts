import { ByteReader, concatBytes } from '../wire/bytes.js';
import { bits, decodeFields, encodeFields, type FieldValues, flag, uint } from '../wire/layout.js';
import { splitStructures } from '../wire/structures.js';

// The parameter list of MODE SENSE and MODE SELECT, of both lengths: header, block descriptor, pages (SPC-5, SSC-5).

const HEADER_6 = {
  modeDataLength: uint(0, 1),
  mediumType: uint(1, 1),
  writeProtected: flag(2, 7),
  bufferedMode: bits(2, 6, 4),
  speed: bits(2, 3, 0),
  blockDescriptorLength: uint(3, 1),
};

const HEADER_10 = {
  modeDataLength: uint(0, 2),
  mediumType: uint(2, 1),
  writeProtected: flag(3, 7),
  bufferedMode: bits(3, 6, 4),
  speed: bits(3, 3, 0),
  blockDescriptorLength: uint(6, 2),
};

/** The forms of the commands; `lengthBytes` is the size of the MODE DATA LENGTH field, which does not count itself. */
const FORMS = {
  6: { fields: HEADER_6, length: 4, lengthBytes: 1 },
  10: { fields: HEADER_10, length: 8, lengthBytes: 2 },
} as const;

const BLOCK_DESCRIPTOR = {
  densityCode: uint(0, 1),
  /** 0: all of the medium. */
  numberOfBlocks: uint(1, 3),
  /** Bytes; 0 for blocks of variable length. */
  blockLength: uint(5, 3),
};
const BLOCK_DESCRIPTOR_LENGTH = 8;

export type BlockDescriptor = FieldValues<typeof BLOCK_DESCRIPTOR>;

export interface ModeParameters {
  readonly mediumType: number;
  readonly writeProtected: boolean;
  /** 0: a write completes once it is on the medium; 1: once it is in the buffer. */
  readonly bufferedMode: number;
  /** 0: the drive's choice. */
  readonly speed: number;
  /** Absent if the command disabled it (DBD). */
  readonly blockDescriptor?: BlockDescriptor;
  readonly pages: readonly ModePage[];
}

/** One mode page, raw; the layouts are in pages.ts. */
export interface ModePage {
  readonly pageCode: number;
  /** 0 for a page without subpage code. */
  readonly subpageCode: number;
  /** The whole page, with its header. */
  readonly bytes: Uint8Array;
}

const WHAT = 'mode parameter list';

/**
 * Decodes MODE SENSE data, whatever its length field says about the last page: complete pages are returned, an
 * incomplete one is left out. Throws MalformedResponseError if the header or the block descriptor is truncated.
 */
export function decodeModeSense(bytes: Uint8Array, form: keyof typeof FORMS): ModeParameters {
  const { fields, length, lengthBytes } = FORMS[form];
  const { modeDataLength, blockDescriptorLength, ...header } = decodeFields<typeof HEADER_6>(fields, bytes, WHAT);
  const begin = length + blockDescriptorLength;
  const descriptor = new ByteReader(bytes, WHAT).bytes(length, blockDescriptorLength);
  const end = modeDataLength === 0 ? bytes.length : modeDataLength + lengthBytes;
  const { whole } = splitStructures(bytes, begin, end - begin, sizeOfPage);
  return {
    ...header,
    ...(descriptor.length > 0 && { blockDescriptor: decodeFields(BLOCK_DESCRIPTOR, descriptor, 'block descriptor') }),
    pages: whole.map((page) => modePageAt(new ByteReader(page, 'mode page'), 0)),
  };
}

function sizeOfPage(rest: Uint8Array): number | undefined {
  const hasSubpage = ((rest[0] ?? 0) & 0x40) !== 0;
  const header = Buffer.from(rest.buffer, rest.byteOffset, Math.min(rest.length, 4));
  if (header.length < (hasSubpage ? 4 : 2)) return undefined;
  return hasSubpage ? 4 + header.readUInt16BE(2) : 2 + header.readUInt8(1);
}

/**
 * Decodes the parameter list of MODE SELECT. Throws MalformedResponseError for a truncated list or page, so that half a
 * page is never taken for a whole one.
 */
export function decodeModeParameters(bytes: Uint8Array, form: keyof typeof FORMS): ModeParameters {
  const { fields, length, lengthBytes } = FORMS[form];
  const { modeDataLength, blockDescriptorLength, ...header } = decodeFields<typeof HEADER_6>(fields, bytes, WHAT);
  // In MODE SELECT the length field is zero: the list ends with the data.
  const end = modeDataLength === 0 ? bytes.length : modeDataLength + lengthBytes;
  const reader = new ByteReader(new ByteReader(bytes, WHAT).bytes(0, Math.max(length, end)), WHAT);
  const pagesOffset = length + blockDescriptorLength;
  const descriptor = reader.bytes(length, blockDescriptorLength);
  return {
    ...header,
    ...(descriptor.length > 0 && { blockDescriptor: decodeFields(BLOCK_DESCRIPTOR, descriptor, 'block descriptor') }),
    pages: splitModePages(reader.bytes(pagesOffset, reader.length - pagesOffset)),
  };
}

/**
 * Encodes the list for MODE SENSE, or with `select` for MODE SELECT, where the mode data length and the PS bits of the
 * pages are reserved. Throws InvalidArgumentError for a value that does not fit its field.
 */
export function encodeModeParameters(
  parameters: ModeParameters,
  form: keyof typeof FORMS,
  options: { select?: boolean } = {},
): Uint8Array {
  const { fields, length, lengthBytes } = FORMS[form];
  const { blockDescriptor, pages, ...header } = parameters;
  const descriptor = blockDescriptor
    ? encodeFields(BLOCK_DESCRIPTOR, BLOCK_DESCRIPTOR_LENGTH, blockDescriptor, 'block descriptor')
    : new Uint8Array(0);
  const body = concatBytes(descriptor, ...pages.map(({ bytes }) => (options.select ? withoutSavable(bytes) : bytes)));
  const values = {
    ...header,
    modeDataLength: options.select ? 0 : length - lengthBytes + body.length,
    blockDescriptorLength: descriptor.length,
  };
  return concatBytes(encodeFields<typeof HEADER_6>(fields, length, values, WHAT), body);
}

function withoutSavable(page: Uint8Array): Uint8Array {
  return page.map((byte, index) => (index === 0 ? byte & 0x7f : byte));
}

/** Splits consecutive mode pages. Throws MalformedResponseError for a truncated page. */
export function splitModePages(bytes: Uint8Array): ModePage[] {
  const reader = new ByteReader(bytes, 'mode pages');
  const pages: ModePage[] = [];
  for (let offset = 0; offset < reader.length; ) {
    const page = modePageAt(reader, offset);
    pages.push(page);
    offset += page.bytes.length;
  }
  return pages;
}

function modePageAt(reader: ByteReader, offset: number): ModePage {
  const pageCode = reader.bits(offset, 5, 0);
  const hasSubpage = reader.flag(offset, 6);
  const length = hasSubpage ? 4 + reader.u16(offset + 2) : 2 + reader.u8(offset + 1);
  return { pageCode, subpageCode: hasSubpage ? reader.u8(offset + 1) : 0, bytes: reader.bytes(offset, length) };
}

/** The page with that code, if present. */
export function findModePage({ pages }: ModeParameters, pageCode: number, subpageCode = 0): ModePage | undefined {
  return pages.find((page) => page.pageCode === pageCode && page.subpageCode === subpageCode);
}
