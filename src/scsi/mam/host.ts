import { nearestName } from '../../arguments/nearest-name.js';
import { requireRecord } from '../../arguments/options.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { asciiPad, hexCode } from '../wire/bytes.js';
import type { RawAttribute } from './attribute-list.js';
import { type HostAttributeRow, MAM_ATTRIBUTES, type MamAttribute, mamAttribute, mamOwner } from './attributes.js';
import { encodeVolumeCoherency, type VolumeCoherency } from './coherency.js';
import { dateTimeOf, type MamKinds } from './values.js';

/**
 * A value for a host attribute: text for ASCII and text attributes, `YYYY-MM-DDTHH:MM` for 0804h, a number for the
 * one-byte ones, an object for 080Ch, bytes for the others; null deletes the attribute.
 */
export type HostAttributeValue = string | number | Uint8Array | VolumeCoherency | null;

/**
 * Host attributes, with the same names as in `MamValues`. null deletes an attribute; an omitted or undefined one is
 * left unchanged.
 */
export type HostAttributes = {
  readonly [E in HostAttributeRow as E['key']]?: MamKinds[E['kind']] | null | undefined;
};

const NOTHING = new Uint8Array(0);

/**
 * Attributes ready for `encodeAttributeValues`; see `encodeHostAttribute` for lengths and padding. Throws
 * InvalidArgumentError if `values` is not an object, for an unknown name, and for a value that does not fit.
 */
export function encodeHostAttributes(values: HostAttributes): RawAttribute[] {
  requireRecord('the attributes', values, { next: "Give an object such as { userMediumLabel: 'offsite' }" });
  return Object.entries(values)
    .map(([key, value]) => ({ id: idOf(key), value }))
    .flatMap(({ id, value }) => (value === undefined ? [] : [encodeHostAttribute(id, value)]));
}

function idOf(key: string): number {
  const row = MAM_ATTRIBUTES.find((attribute) => attribute.key === key);
  if (row !== undefined && isWrittenByHost(row.id)) return row.id;
  const names = MAM_ATTRIBUTES.filter(({ id }) => isWrittenByHost(id)).map((attribute) => attribute.key);
  throw new InvalidArgumentError(
    row === undefined
      ? `no attribute is called ${JSON.stringify(key.slice(0, 32))}`
      : `attribute ${key} (${hexCode(row.id, 4)}) is not one that a host writes`,
    { next: `Did you mean ${nearestName(key, names)}? A host writes ${names.join(', ')}` },
  );
}

function isWrittenByHost(id: number): boolean {
  const owner = mamOwner(id);
  return owner === 'host' || owner === 'vendorHost';
}

/**
 * Encodes an attribute for `encodeAttributeValues`, with exactly the standard's length: ASCII padded with blanks, text
 * in UTF-8 padded with NULs (set 0805h to 81h if it holds more than ASCII).
 *
 * Throws InvalidArgumentError for an attribute that hosts do not write, and for a value that is of the wrong type, too
 * long or not in the attribute's character set. No value is ever truncated.
 */
export function encodeHostAttribute(id: number, value: HostAttributeValue): RawAttribute {
  if (!isWrittenByHost(id)) {
    throw new InvalidArgumentError(`attribute ${hexCode(id, 4)} is not one that a host writes`);
  }
  const attribute = mamAttribute(id);
  const format = attribute?.format ?? 'binary';
  return { id, readOnly: false, format, bytes: value === null ? NOTHING : encodeValue(id, attribute, value) };
}

function encodeValue(id: number, attribute: MamAttribute | undefined, value: HostAttributeValue): Uint8Array {
  const name = `attribute ${hexCode(id, 4)}${attribute ? ` (${attribute.name})` : ''}`;
  const length = attribute?.length ?? 0;
  switch (attribute?.kind) {
    case 'ascii':
      return padded(asciiBytes(stringOf(value, name), name), length, 0x20, name);
    case 'text':
      return padded(textBytes(stringOf(value, name), name), length, 0, name);
    case 'dateTime':
      return asciiPad(dateTimeDigits(stringOf(value, name), name), length);
    case 'integer':
    case 'localization':
      return Uint8Array.of(byteOf(value, name));
    case 'coherency':
      if (isCoherency(value)) return encodeVolumeCoherency(value);
      throw new InvalidArgumentError(`${name} takes volume coherency information`);
    default:
      if (value instanceof Uint8Array && (length === 0 || value.length === length)) return value;
      throw new InvalidArgumentError(`${name} takes ${length === 0 ? '' : `exactly ${length} `}bytes`);
  }
}

function stringOf(value: HostAttributeValue, name: string): string {
  if (typeof value === 'string') return value;
  throw new InvalidArgumentError(`${name} takes a string`);
}

function asciiBytes(value: string, name: string): Uint8Array {
  if (/^[\x20-\x7e]*$/.test(value)) return Buffer.from(value, 'ascii');
  throw new InvalidArgumentError(`${name} takes printable ASCII characters only`);
}

function textBytes(value: string, name: string): Uint8Array {
  if (isWellFormed(value) && !value.includes('\0')) return Buffer.from(value, 'utf8');
  throw new InvalidArgumentError(`${name} takes well-formed text without NUL`);
}

/** Whether there are no lone surrogates, which UTF-8 cannot encode. */
function isWellFormed(value: string): boolean {
  return Buffer.from(value, 'utf8').toString('utf8') === value;
}

function padded(bytes: Uint8Array, length: number, padding: number, name: string): Uint8Array {
  if (bytes.length > length) throw new InvalidArgumentError(`${name} takes ${length} bytes, not ${bytes.length}`);
  const result = new Uint8Array(length).fill(padding);
  result.set(bytes);
  return result;
}

function dateTimeDigits(value: string, name: string): string {
  const digits = value.replaceAll(/\D/g, '');
  if (dateTimeOf(digits) === value) return digits;
  throw new InvalidArgumentError(`${name} takes a time of the form YYYY-MM-DDTHH:MM`);
}

function byteOf(value: HostAttributeValue, name: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xff) return value;
  throw new InvalidArgumentError(`${name} takes an integer from 0 to 255`);
}

function isCoherency(value: HostAttributeValue): value is VolumeCoherency {
  if (typeof value !== 'object' || value === null || !('applicationInformation' in value)) return false;
  return value.applicationInformation instanceof Uint8Array && value.volumeChangeReference instanceof Uint8Array;
}
