import type { ByteString } from './byte-string.js';

/** One record of an extended header (POSIX.1-2001 pax). */
export type PaxRecord = readonly [key: ByteString, value: ByteString];

/** `<length> <key>=<value>\n`, where the length counts its own digits. */
export function encodePaxRecord([key, value]: PaxRecord): ByteString {
  const rest = key.length + value.length + 3;
  let length = rest + String(rest).length;
  // With its own digits the length may have one digit more.
  if (String(length).length !== String(rest).length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

const NANOSECONDS = 1_000_000_000n;

/** Decimal seconds, with no more decimals than it takes. */
export function paxTime(nanoseconds: bigint): ByteString {
  const value = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const seconds = value / NANOSECONDS;
  const fraction = Number(value - seconds * NANOSECONDS);
  const sign = nanoseconds < 0n ? '-' : '';
  return fraction === 0 ? `${sign}${seconds}` : `${sign}${seconds}.${decimals(fraction)}`;
}

/** Of nanoseconds, without the zeros at the end. */
function decimals(nanoseconds: number): string {
  let end = 9;
  let value = nanoseconds;
  for (; value % 10 === 0; value /= 10) end -= 1;
  return String(value).padStart(end, '0');
}
