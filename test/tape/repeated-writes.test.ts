import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { WriteError } from '../../src/errors/index.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import type { Fault, VirtualDrive } from '../../src/virtual/index.js';
import { chunksOf, closed, collect, testData } from '../conformance/conformance.js';
import { newPort } from './drives.js';

const RECORD = 64 * 1024;
const RECORDS = 60;
const DATA = testData(RECORDS * RECORD);

const attention = (atObject: number, asc: number, ascq: number): Fault => ({
  command: 'WRITE(6)',
  atObject,
  times: 1,
  outcome: { sense: { key: 0x6, asc, ascq } },
});

async function newTape(): Promise<{ tape: TapeDrive; drive: VirtualDrive }> {
  const { port, drive } = await newPort();
  return { tape: TapeDrive.onTransport(port.transport), drive };
}

/** Several calls deep, so that what is under way behind the record that fails is not written. */
async function write(tape: TapeDrive) {
  const stream = tape.createWriteStream({ recordSize: RECORD, bufferBytes: 16 * RECORD, startThreshold: 0 });
  const warnings: unknown[] = [];
  stream.on('earlyWarning', (warning) => warnings.push(warning));
  const source = Readable.from(chunksOf(DATA, [3000, 70_000, RECORD]));
  const error: unknown = await pipeline(source, stream).catch((reason: unknown) => reason);
  await closed(stream);
  return { stream, error, warnings };
}

describe('a unit attention in the middle of a file that is written', () => {
  it.each([[[0]], [[1]], [[30]], [[RECORDS - 1]], [[7, 8, 9]], [[0, 20, 21, 40, RECORDS - 1]]])(
    'at records %j loses nothing and repeats nothing',
    async (records) => {
      const { tape, drive } = await newTape();
      drive.faults = [
        ...records.map((record) => attention(record, 0x2a, 0x01)),
        ...records.slice(0, 1).map((record) => attention(record + 4, 0x3f, 0x0e)),
      ];
      const { stream, error, warnings } = await write(tape);
      expect(error).toBeUndefined();
      expect(warnings).toEqual([]);
      expect(stream.receipt).toMatchObject({ fileNumber: 0, records: RECORDS, bytes: DATA.length });
      const back = tape.createReadStream({ fileNumber: 0, expectedChecksum: stream.receipt?.checksum });
      expect((await collect(back)).equals(DATA)).toBe(true);
    },
  );

  it('is no end of its faults: a record is sent twice and no more', async () => {
    const { tape, drive } = await newTape();
    drive.faults = [{ ...attention(30, 0x2a, 0x10), times: 2 }];
    const { stream, error } = await write(tape);
    expect(error).toBeInstanceOf(WriteError);
    expect((error as WriteError).safe).toEqual({ records: 30, bytes: 30 * RECORD, filemark: false });
    expect((error as WriteError).message).not.toMatch(/clean/);
    expect(stream.receipt).toBeUndefined();
  });
});

it('a record is not sent again that the drive has taken: its position tells', async () => {
  const { tape, drive } = await newTape();
  drive.faults = [{ ...attention(30, 0x2a, 0x01), carriedOut: true }];
  const { error } = await write(tape);
  expect(error).toBeInstanceOf(WriteError);
  drive.faults = [];
  await tape.rewind();
  const stream = tape.createReadStream();
  stream.on('error', () => undefined);
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await closed(stream);
  const data = Buffer.concat(chunks);
  expect(data.equals(DATA.subarray(0, data.length))).toBe(true);
  expect(data.length).toBe(31 * RECORD);
});

it('a record is not sent again while the buffer of the drive has lost earlier ones', async () => {
  const { tape, drive } = await newTape();
  drive.faults = [
    {
      command: 'WRITE(6)',
      atObject: 30,
      times: 1,
      outcome: { sense: { key: 0x3, asc: 0x0c, ascq: 0, deferred: true } },
    },
    { command: 'WRITE FILEMARKS(6)', atObject: 30, outcome: { sense: { key: 0x3, asc: 0x0c, ascq: 0 } } },
  ];
  const { error } = await write(tape);
  expect(error).toBeInstanceOf(WriteError);
  // For the filemark that closing writes.
  drive.faults = [];
});
