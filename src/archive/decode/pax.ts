import type { FileTime } from '../encode/file-time.js';
import { type ArchiveFault, damaged } from './fault.js';

/** One record of an extended header (POSIX.1-2001 pax). */
export interface PaxRecord {
  readonly key: string;
  readonly value: Buffer;
}

const SPACE = 0x20;
const EQUALS = 0x3d;
const NEWLINE = 0x0a;
/** Most digits of a length in a header of bounded size. */
const MOST_DIGITS = 9;

/** The records `<length> <key>=<value>\n` of an extended header, in order. Throws ArchiveFault for anything else. */
export function decodePax(body: Buffer): PaxRecord[] {
  const records: PaxRecord[] = [];
  let at = 0;
  while (at < body.length) {
    const { space, length } = decodeLength(body, at);
    const end = at + length;
    const equals = body.indexOf(EQUALS, space + 1);
    if (end > body.length || equals <= space + 1 || equals >= end - 1 || body[end - 1] !== NEWLINE) throw malformed();
    records.push({ key: body.toString('latin1', space + 1, equals), value: body.subarray(equals + 1, end - 1) });
    at = end;
  }
  return records;
}

function decodeLength(body: Buffer, from: number): { space: number; length: number } {
  let length = 0;
  let at = from;
  for (; at < body.length && at - from <= MOST_DIGITS; at += 1) {
    const byte = body[at] ?? 0;
    if (byte === SPACE && at > from && length > at - from) return { space: at, length };
    if (byte < 0x30 || byte > 0x39) break;
    length = length * 10 + (byte - 0x30);
  }
  throw malformed();
}

function malformed(): ArchiveFault {
  return damaged('an extended header (pax) is malformed');
}

const INTEGER = /^-?\d{1,16}$/;
const TIME = /^(-?)(\d{1,16})(?:\.(\d*))?$/;
const NANOSECONDS = 1_000_000_000;

/** A decimal integer that is a safe integer. */
export function paxInteger({ key, value }: PaxRecord): number {
  const text = value.toString('latin1');
  const number = Number(text);
  if (INTEGER.test(text) && Number.isSafeInteger(number)) return number;
  throw damaged(`${key} of an extended header is not a possible number`);
}

/** Decimal seconds, with a fraction, rounded down to nanoseconds. */
export function paxTime({ key, value }: PaxRecord): FileTime {
  const [, sign, whole, fraction = ''] = TIME.exec(value.toString('latin1')) ?? [];
  const seconds = Number(whole);
  if (whole === undefined || !Number.isSafeInteger(seconds)) {
    throw damaged(`${key} of an extended header is not a possible time`);
  }
  const nanoseconds = Number(fraction.slice(0, 9).padEnd(9, '0'));
  if (sign === '') return { seconds, nanoseconds };
  const below = nanoseconds > 0 || /[1-9]/.test(fraction.slice(9));
  const rounded = /[1-9]/.test(fraction.slice(9)) ? nanoseconds + 1 : nanoseconds;
  if (!below) return { seconds: 0 - seconds, nanoseconds: 0 };
  return rounded === NANOSECONDS
    ? { seconds: -seconds - 1, nanoseconds: 0 }
    : { seconds: -seconds - 1, nanoseconds: NANOSECONDS - rounded };
}
