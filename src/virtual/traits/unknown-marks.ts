import { decodeAttributeValues, decodeCdb, encodeAttributeValues, READ_ATTRIBUTE } from '../../scsi/index.js';
import type { Drive } from '../drive/drive.js';
import type { Reply } from '../unit/command.js';

const PAGE_CODE = 0x3f;
const LOG_HEADER = 4;
const PARAMETER_HEADER = 4;
/** Length of the record, a reserved byte, the partition. */
const RECORD_HEADER = 4;

/** By log page: parameters that are counters, which a drive may report as unknown. */
const COUNTERS: Readonly<Record<number, (code: number) => boolean>> = {
  12: (code) => code >= 4 && code <= 7,
  23: (code) => (code >= 1 && code <= 0x1b) || code === 0x101 || code === 0x102 || hasPartitionRecords(code),
  49: (code) => code >= 1 && code <= 4,
};

function hasPartitionRecords(code: number): boolean {
  return code >= 0x200 && code <= 0x204;
}

export function withUnknownMarks(reply: Reply): Reply {
  const isCounter = COUNTERS[(reply.dataIn?.[0] ?? 0) & PAGE_CODE];
  if (isCounter === undefined || reply.dataIn === undefined) return reply;
  const page = Buffer.from(reply.dataIn);
  // Changed in place, because the allocation length may have cut the last parameter.
  for (let begin = LOG_HEADER; begin + PARAMETER_HEADER <= page.length; ) {
    const code = page.readUInt16BE(begin);
    const end = begin + PARAMETER_HEADER + page.readUInt8(begin + 3);
    const value = page.subarray(begin + PARAMETER_HEADER, end);
    if (isCounter(code)) for (const counter of countersIn(code, value)) mark(counter, code);
    begin = end;
  }
  return { ...reply, dataIn: page };
}

function countersIn(code: number, value: Buffer): readonly Buffer[] {
  return hasPartitionRecords(code) ? recordsIn(value).map((record) => record.subarray(RECORD_HEADER)) : [value];
}

/** The length byte of a partition record does not count itself. */
function recordsIn(value: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let rest = value; rest.length > 0; rest = rest.subarray(1 + rest.readUInt8(0))) {
    records.push(rest.subarray(0, 1 + rest.readUInt8(0)));
  }
  return records;
}

/** Both marks are in use; odd codes get the one with a clear last bit. */
function mark(counter: Buffer, code: number): void {
  counter.fill(0xff);
  if (code % 2 === 1 && counter.length > 0) counter[counter.length - 1] = 0xfe;
}

/** Load count, amounts in the life of the cartridge and since the load, and the histories; not the capacities. */
const ATTRIBUTES: ReadonlySet<number> = new Set([0x0003, 0x0220, 0x0221, 0x0222, 0x0223, 0x0340, 0x0341]);
const VALUES = 0;

export function withUnknownAttributes(reply: Reply, _drive: Drive, cdb: Uint8Array): Reply {
  const { serviceAction } = decodeCdb(READ_ATTRIBUTE, cdb);
  if (reply.dataIn === undefined || serviceAction !== VALUES) return reply;
  const { attributes, truncated } = decodeAttributeValues(reply.dataIn);
  if (truncated) return reply;
  for (const { id, bytes } of attributes) if (ATTRIBUTES.has(id)) mark(Buffer.from(bytes.buffer), id);
  return { ...reply, dataIn: encodeAttributeValues(attributes) };
}
