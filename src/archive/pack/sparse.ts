import type { ByteString } from '../encode/byte-string.js';
import type { PaxRecord } from '../encode/pax.js';
import { BLOCK } from '../encode/ustar.js';

/** More parts than any useful sparse file has. */
const MOST_PARTS = 2 ** 20;

/** A file with holes in GNU tar's sparse format 1.0: a map, then the parts with data. */
export interface SparseFile {
  readonly map: Buffer;
  /** Offset and length of each part. */
  readonly parts: Float64Array;
  /** Bytes of the member: map and parts. */
  readonly stored: number;
  readonly records: readonly PaxRecord[];
  /** Name for programs without support for the format. */
  readonly placeholder: ByteString;
}

/** Undefined for a file without holes, or with so many parts that it is stored whole. */
export function sparseFile(name: ByteString, size: number, parts: Float64Array): SparseFile | undefined {
  const isWhole = parts.length === 2 && parts[0] === 0 && parts[1] === size;
  if (isWhole || parts.length > 2 * MOST_PARTS) return undefined;
  const map = encodeMap(size, parts);
  let stored = map.length;
  for (let part = 1; part < parts.length; part += 2) stored += parts[part] ?? 0;
  const records: PaxRecord[] = [
    ['GNU.sparse.major', '1'],
    ['GNU.sparse.minor', '0'],
    ['GNU.sparse.name', name],
    ['GNU.sparse.realsize', String(size)],
  ];
  return { map, parts, stored, records, placeholder: 'GNUSparseFile.0/sparse' };
}

/** Decimal numbers, each in a line: how many parts, then offset and length of each; up to the end of a block. */
function encodeMap(size: number, parts: Float64Array): Buffer {
  const last = parts.length === 0 ? 0 : (parts.at(-2) ?? 0) + (parts.at(-1) ?? 0);
  // If the file ends with a hole, a part of length 0 marks its end.
  const end = last < size ? [size, 0] : [];
  const lines = [`${(parts.length + end.length) / 2}\n`];
  for (const number of parts) lines.push(`${number}\n`);
  for (const number of end) lines.push(`${number}\n`);
  const text = lines.join('');
  const map = Buffer.alloc(Math.ceil(text.length / BLOCK) * BLOCK);
  map.write(text, 'latin1');
  return map;
}
