import type { ByteString } from './byte-string.js';
import type { FileTime } from './file-time.js';

/** One record of an extended header (POSIX.1-2001 pax). */
export type PaxRecord = readonly [key: ByteString, value: ByteString];

/** `<length> <key>=<value>\n`, where the length counts its own digits. */
export function encodePaxRecord([key, value]: PaxRecord): ByteString {
  const rest = key.length + value.length + 3;
  let length = rest + String(rest).length;
  // Adding its own digits may make the length one digit longer.
  if (String(length).length !== String(rest).length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

const NANOSECONDS = 1_000_000_000;

/** Decimal seconds, with as few decimals as needed. */
export function paxTime({ seconds, nanoseconds }: FileTime): ByteString {
  if (nanoseconds === 0) return String(seconds);
  // Negative times count their decimals towards zero: half a second before 1970 is -0.5.
  if (seconds < 0) return `-${-1 - seconds}.${decimals(NANOSECONDS - nanoseconds)}`;
  return `${seconds}.${decimals(nanoseconds)}`;
}

/** Of nanoseconds, without the zeros at the end. */
function decimals(nanoseconds: number): string {
  let end = 9;
  let value = nanoseconds;
  for (; value % 10 === 0; value /= 10) end -= 1;
  return String(value).padStart(end, '0');
}
