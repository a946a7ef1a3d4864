import { InvalidArgumentError, MalformedResponseError } from '../../errors/index.js';
import { ByteReader, hexCode } from '../wire/bytes.js';
import {
  bits,
  decodeFields,
  encodeFields,
  type Fields,
  type FieldValues,
  flag,
  patchFields,
  uint,
} from '../wire/layout.js';

/** A mode page as a table of the fields that are used. */
export interface ModePageLayout<T extends Fields = Fields> {
  readonly page: number;
  /** 0 for a page in the page_0 format (two header bytes), else four header bytes. */
  readonly subpage: number;
  readonly name: string;
  /** Least bytes of the whole page, header included. */
  readonly length: number;
  readonly fields: T;
}

const HEADER = { parametersSaveable: flag(0, 7), subpageFormat: flag(0, 6), page: bits(0, 5, 0) };
const PAGE_0 = { pageLength: uint(1, 1) };
const SUBPAGE = { subpage: uint(1, 1), pageLength: uint(2, 2) };

/**
 * Decodes the fields of a page, as MODE SENSE sent it (from the page code on). Throws MalformedResponseError for
 * another page, or one that is too short for its fields.
 */
export function decodeModePage<T extends Fields>(layout: ModePageLayout<T>, bytes: Uint8Array): FieldValues<T> {
  const whole = wholePage(layout, bytes);
  if (whole.length < layout.length) {
    throw new MalformedResponseError(
      `mode page ${layout.name} has ${whole.length} bytes, ${layout.length} are needed to read it`,
    );
  }
  return decodeFields(layout.fields, whole, layout.name);
}

/**
 * Encodes a page with the given fields; everything else is zero. Throws InvalidArgumentError for a value that does not
 * fit.
 */
export function encodeModePage<T extends Fields>(
  { page, subpage, name, length, fields }: ModePageLayout<T>,
  values: Partial<FieldValues<T>>,
): Uint8Array {
  return withModePageHeader(encodeFields(fields, length, values, name), page, subpage, name);
}

/**
 * A copy of the page with only the given fields changed. PS is kept as well, although it must be zero in MODE SELECT.
 * Throws as `decodeModePage`, and InvalidArgumentError for a value that does not fit.
 */
export function withChanges<T extends Fields>(
  layout: ModePageLayout<T>,
  bytes: Uint8Array,
  changes: Partial<FieldValues<T>>,
): Uint8Array {
  decodeModePage(layout, bytes);
  return patchFields(layout.fields, wholePage(layout, bytes), changes, layout.name);
}

/** The page according to its length field; the following bytes belong to another page. */
export function wholePage({ page, subpage, name }: ModePageLayout, bytes: Uint8Array): Uint8Array {
  const reader = new ByteReader(bytes, `mode page ${name}`);
  const header = decodeFields(HEADER, bytes, name);
  const sentSubpage = header.subpageFormat ? reader.u8(1) : 0;
  if (header.page !== page || sentSubpage !== subpage) {
    throw reader.malformed(`the drive sent page ${hexCode(header.page)}/${hexCode(sentSubpage)}`);
  }
  const { pageLength } = decodeFields(subpage === 0 ? PAGE_0 : SUBPAGE, bytes, name);
  return bytes.subarray(0, headerLength(subpage) + pageLength);
}

/** The page with its header: page code and actual length. */
export function withModePageHeader(whole: Uint8Array, page: number, subpage: number, name: string): Uint8Array {
  const pageLength = whole.length - headerLength(subpage);
  if (subpage === 0 && pageLength > 0xff) {
    throw new InvalidArgumentError(`mode page ${name}: ${pageLength} bytes are more than 255`);
  }
  const coded = patchFields(HEADER, whole, { page, subpageFormat: subpage !== 0 }, name);
  return subpage === 0
    ? patchFields(PAGE_0, coded, { pageLength }, name)
    : patchFields(SUBPAGE, coded, { subpage, pageLength }, name);
}

function headerLength(subpage: number): number {
  return subpage === 0 ? 2 : 4;
}
