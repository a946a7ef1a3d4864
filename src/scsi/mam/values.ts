import { MalformedResponseError } from '../../errors/index.js';
import { asciiTrim, ByteReader, isUnknownMark } from '../wire/bytes.js';
import type { RawAttribute } from './attribute-list.js';
import { type MAM_ATTRIBUTES, type MamKind, mamAttribute } from './attributes.js';
import { decodeVolumeCoherency, type VolumeCoherency } from './coherency.js';
import { decodeUsage, type UsageHistory } from './usage.js';

/** The drive that loaded the cartridge. */
export interface LoadingDrive {
  readonly vendor: string;
  readonly serial: string;
}

export type MediumType = 'data' | 'cleaning' | 'worm';

/** TypeScript type of each kind of value. */
export interface MamKinds {
  integer: number;
  /** Bytes, in multiples of 1 MiB. */
  mebibytes: number;
  /** Identifier of a logical object, or `none`. */
  logicalObject: number | 'none';
  ascii: string;
  text: string;
  /** `YYYY-MM-DD`. */
  date: string;
  /** `YYYY-MM-DDTHH:MM`, in the time zone of its writer. */
  dateTime: string;
  drive: LoadingDrive;
  densities: readonly number[];
  mediumType: MediumType;
  /** Text localization identifier: 00h ASCII, 81h UTF-8. */
  localization: number;
  usage: UsageHistory;
  coherency: VolumeCoherency;
  bytes: Uint8Array;
}

export type MamAttributeRow = (typeof MAM_ATTRIBUTES)[number];

/** The attributes by name. Absent, blank and malformed ones are left out. */
export type MamValues = { readonly [E in MamAttributeRow as E['key']]?: MamKinds[E['kind']] };

type Decode<K extends MamKind> = (bytes: Uint8Array, localization: number) => MamKinds[K] | undefined;

const TEXT_LOCALIZATION = 0x0805;
/** Text localization identifiers (SPC-5); 0 is ASCII. */
export const TEXT_LATIN1 = 0x01;
export const TEXT_UTF8 = 0x81;

const MEBIBYTE = 2 ** 20;

const DECODERS: { readonly [K in MamKind]: Decode<K> } = {
  integer: (bytes) => count(bytes),
  mebibytes: (bytes) => count(bytes, MEBIBYTE),
  // FF..FF: none; FF..FE: unknown (SSC-5).
  logicalObject: (bytes) => (bytes.every((byte) => byte === 0xff) ? 'none' : count(bytes)),
  ascii: (bytes) => asciiText(bytes) || undefined,
  text: (bytes, localization) => decodeText(bytes, localization) || undefined,
  date: (bytes) => dateOf(asciiText(bytes)),
  dateTime: (bytes) => dateTimeOf(asciiText(bytes)),
  drive: (bytes) => driveOf(bytes),
  densities: (bytes) => (isUnknownMark(bytes) ? undefined : [...bytes].filter((code) => code !== 0)),
  mediumType: (bytes) => MEDIUM_TYPES[bytes[0] ?? 0],
  localization: (bytes) => bytes[0],
  usage: (bytes) => decodeUsage(bytes),
  coherency: (bytes) => decodeVolumeCoherency(bytes),
  bytes: (bytes) => bytes,
};

/** 06h is not in SSC-5, which has 01h, but some drives send it. */
const MEDIUM_TYPES: Readonly<Record<number, MediumType>> = { 0: 'data', 1: 'cleaning', 6: 'cleaning', 128: 'worm' };

/**
 * The value of one attribute. Undefined if it is blank, not in the standards, or its length or content does not conform
 * (the raw bytes are still in the attribute).
 *
 * `localization` is the text localization identifier (attribute 0805h) for attributes of kind text.
 */
export function attributeValue(attribute: RawAttribute, localization = 0): MamKinds[MamKind] | undefined {
  const { id, bytes } = attribute;
  const entry = mamAttribute(id);
  if (entry === undefined || bytes.length === 0) return undefined;
  if (entry.length !== 0 && entry.length !== bytes.length) return undefined;
  try {
    return DECODERS[entry.kind](bytes, localization);
  } catch (error) {
    if (error instanceof MalformedResponseError) return undefined;
    throw error;
  }
}

/** The values of all attributes that can be decoded, by name. */
export function mamValues(attributes: readonly RawAttribute[]): MamValues {
  const localization = attributes.find(({ id }) => id === TEXT_LOCALIZATION)?.bytes[0] ?? 0;
  const values = attributes.map((attribute) => {
    return [mamAttribute(attribute.id)?.key ?? '', attributeValue(attribute, localization)] as const;
  });
  return Object.fromEntries(values.filter(([key, value]) => key !== '' && value !== undefined)) as MamValues;
}

/** Undefined for a mark of "unknown". Throws MalformedResponseError above the largest safe integer. */
function count(bytes: Uint8Array, unit = 1): number | undefined {
  const reader = new ByteReader(bytes, 'attribute');
  const value = reader.count(0, bytes.length);
  if (value === undefined || Number.isSafeInteger(value * unit)) return value && value * unit;
  throw reader.malformed(`${value} times ${unit} is more than anything counts to`);
}

function driveOf(bytes: Uint8Array): LoadingDrive | undefined {
  const vendor = asciiText(bytes.subarray(0, 8));
  const serial = asciiText(bytes.subarray(8));
  return vendor || serial ? { vendor, serial } : undefined;
}

function dateOf(digits: string): string | undefined {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(digits) ?? [];
  const date = `${year}-${month}-${day}`;
  // Only a valid date survives this unchanged.
  const time = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date) ? date : undefined;
}

/** `YYYY-MM-DDTHH:MM` of twelve digits; undefined for an invalid time. */
export function dateTimeOf(digits: string): string | undefined {
  const date = dateOf(digits.slice(0, 8));
  const [, hours, minutes] = /^([01]\d|2[0-3])([0-5]\d)$/.exec(digits.slice(8)) ?? [];
  return date !== undefined && minutes !== undefined ? `${date}T${hours}:${minutes}` : undefined;
}

/** ASCII text up to the first NUL; empty if it contains other bytes, as an unwritten attribute does. */
function asciiText(bytes: Uint8Array): string {
  const content = beforeNul(bytes);
  return content.every((byte) => byte >= 0x20 && byte <= 0x7e) ? asciiTrim(content) : '';
}

function beforeNul(bytes: Uint8Array): Uint8Array {
  const zero = bytes.indexOf(0);
  return zero < 0 ? bytes : bytes.subarray(0, zero);
}

/** Text up to the first NUL, decoded by its localization identifier; undefined if it is not valid. */
function decodeText(bytes: Uint8Array, localization: number): string | undefined {
  const content = beforeNul(bytes);
  if (isUnknownMark(content) || content.some(isControl)) return undefined;
  if (localization === TEXT_UTF8) return utf8(content);
  const isAscii = content.every((byte) => byte < 0x80);
  return isAscii || localization === TEXT_LATIN1 ? asciiTrim(content) : undefined;
}

function isControl(byte: number): boolean {
  return byte < 0x20 || byte === 0x7f;
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
  } catch {
    return undefined;
  }
}
