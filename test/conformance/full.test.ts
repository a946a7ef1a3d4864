import { pipeline } from 'node:stream/promises';
import { describe, expect } from 'vitest';
import { EndOfMediumError } from '../../src/errors/index.js';
import type { WriteStreamOptions } from '../../src/tape/stream/write/write-options.js';
import type { TapeWriteStream } from '../../src/tape/stream/write/write-stream.js';
import type { TapeDrive } from '../../src/tape/tape-drive.js';
import { backend, closed, conforms, openDrive, testData } from './conformance.js';

const RECORD = backend.fillRecordSize;
/** More than any cartridge of the tests holds. */
const TOO_MANY = 20_000;

async function* records(count: number): AsyncGenerator<Buffer> {
  for (let i = 0; i < count; i += 1) yield testData(RECORD, i);
}

/** Fits between early warning and the end of every cartridge here (scsi_debug: 20 blocks). */
const ALLOWANCE = 4 * RECORD;

/** Writes until the tape is full; what the stream said about it. */
async function fill(drive: TapeDrive, options: WriteStreamOptions = {}) {
  const stream: TapeWriteStream = drive.createWriteStream({
    position: 'overwrite',
    recordSize: RECORD,
    earlyWarningAllowance: ALLOWANCE,
    ...options,
  });
  let warned: { records: number; bytes: number } | undefined;
  stream.once('earlyWarning', (extent) => {
    warned = extent;
  });
  const error: unknown = await pipeline(records(TOO_MANY), stream).catch((reason: unknown) => reason);
  await closed(stream);
  if (!(error instanceof EndOfMediumError)) throw error;
  return { stream, error, warned };
}

/** Reads a file record by record and compares each with what was written, as far as the backend keeps data. */
async function expectRecords(drive: TapeDrive, fileNumber: number, count: number): Promise<void> {
  const stream = drive.createReadStream({ fileNumber });
  let rest = Buffer.alloc(0);
  let index = 0;
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk]);
    for (; rest.length >= RECORD; rest = rest.subarray(RECORD), index += 1) {
      if (backend.lacks.has('data') || rest.subarray(0, RECORD).equals(testData(RECORD, index))) continue;
      throw new Error(`record ${index} differs`);
    }
  }
  expect(stream.summary).toMatchObject({ records: count, bytes: count * RECORD });
}

describe(`a full tape on ${backend.name}`, () => {
  conforms(
    'the error tells what is safe, and it is',
    ['fills-up'],
    async () => {
      const drive = await openDrive();
      const { stream, error, warned } = await fill(drive);
      expect(stream.receipt).toBeUndefined();
      expect(error).toMatchObject({ code: 'LTO_END_OF_MEDIUM', safe: { filemark: true } });
      expect(error.safe.records).toBeGreaterThan(100);
      expect(error.safe.bytes).toBe(error.safe.records * RECORD);
      if (!backend.lacks.has('early-warning')) expect(warned?.records).toBeLessThanOrEqual(error.safe.records);
      await expectRecords(drive, 0, error.safe.records);
      expect(await drive.spaceToEndOfData()).toEqual({ end: 'filemark', fileNumber: 1 });
    },
    180_000,
  );

  conforms(
    'early warning leaves room to finish',
    ['fills-up', 'early-warning'],
    async () => {
      const drive = await openDrive();
      const stream = drive.createWriteStream({ position: 'overwrite', recordSize: RECORD, bufferBytes: 4 * RECORD });
      let near = false;
      stream.once('earlyWarning', () => {
        near = true;
      });
      async function* untilWarned() {
        for (let i = 0; i < TOO_MANY; i += 1) {
          yield testData(RECORD, i);
          if (near) return;
        }
      }
      await pipeline(untilWarned(), stream);
      const count = stream.receipt?.records ?? 0;
      expect(near).toBe(true);
      expect(count).toBeGreaterThan(100);
      await expectRecords(drive, 0, count);
    },
    180_000,
  );

  conforms(
    'without an allowance, the record that met early warning is the last',
    ['fills-up', 'early-warning'],
    async () => {
      const drive = await openDrive();
      const { error, warned } = await fill(drive, { earlyWarningAllowance: 0 });
      expect(error.safe).toMatchObject({ records: warned?.records, filemark: true });
      await expectRecords(drive, 0, error.safe.records);
    },
    180_000,
  );

  conforms(
    'with an endless allowance, the last record the drive takes is counted',
    ['fills-up'],
    async () => {
      const drive = await openDrive();
      const { error } = await fill(drive, { earlyWarningAllowance: Number.POSITIVE_INFINITY });
      if (error.safe.filemark) await expectRecords(drive, 0, error.safe.records);
      expect(error.safe.records).toBeGreaterThan(100);
    },
    180_000,
  );
});
