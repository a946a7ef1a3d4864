import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EndOfDataError, InvalidArgumentError, VerificationError } from '../../src/errors/index.js';
import { MemoryKeyStore } from '../../src/keys/memory-key-store.js';
import type { TapeReceipt } from '../../src/tape/stream/file/receipt.js';
import type { ReadStreamOptions } from '../../src/tape/stream/read/read-options.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { closed, collect, testData } from '../conformance/conformance.js';
import { newKey } from '../support/keys.js';
import { answerWith, newPort } from './drives.js';

const RECORD = 4096;
const LONG_FORM = 0x06;
const BYTES = 20 * RECORD + 100;
const DATA = testData(BYTES, 2);

/** A drive with three files, of which the one in the middle is read; `read` counts the records that it gave. */
async function threeFiles() {
  const { port, drive } = await newPort();
  const tape = TapeDrive.onTransport(port.transport);
  await tape.writeFile([testData(5 * RECORD, 1)], { recordSize: RECORD });
  const receipt = await tape.writeFile([DATA], { recordSize: RECORD });
  await tape.writeFile([testData(RECORD, 3)], { recordSize: RECORD });
  return { tape, drive, port, receipt };
}

/** The three ways to a range: straight, by the beginning of the file, and by reading all before it. */
function ways({ fileNumber, recordSize, firstLogicalObject }: TapeReceipt): ReadStreamOptions[] {
  return [{ fileNumber, recordSize, firstLogicalObject }, { fileNumber, recordSize }, { fileNumber }];
}

async function read(tape: TapeDrive, options: ReadStreamOptions) {
  const stream = tape.createReadStream(options);
  const data = await collect(stream).finally(() => closed(stream));
  return { data, summary: stream.summary };
}

describe('a range of bytes', () => {
  it('is what the whole file has there, for any range and on every way to it', async () => {
    const { tape, receipt } = await threeFiles();
    const offsets = fc.oneof(
      fc.integer({ min: 0, max: BYTES - 1 }),
      fc.constantFrom(0, RECORD - 1, RECORD, 20 * RECORD, BYTES - 1),
    );
    const check = async (one: number, other: number, way: number) => {
      const [start, end] = [Math.min(one, other), Math.max(one, other)];
      const { data, summary } = await read(tape, { ...ways(receipt)[way], start, end });
      expect(data.equals(DATA.subarray(start, end + 1))).toBe(true);
      expect(summary).toMatchObject({ fileNumber: 1, bytes: data.length, checksum: undefined, range: { start, end } });
    };
    await fc.assert(fc.asyncProperty(offsets, offsets, fc.integer({ min: 0, max: 2 }), check), { numRuns: 60 });
  });

  it('reads no record that is not needed', async () => {
    const { tape, receipt } = await threeFiles();
    const [straight] = ways(receipt);
    const { summary } = await read(tape, { ...straight, start: 7 * RECORD + 5, end: 9 * RECORD });
    expect(summary).toMatchObject({ records: 3, bytes: 2 * RECORD - 4 });
    expect(await tape.position()).toMatchObject({ logicalObject: (receipt.firstLogicalObject ?? 0) + 10 });
    expect(await collect(tape.createReadStream({ fileNumber: 2 }))).toEqual(testData(RECORD, 3));
  });

  it('without an end goes to the end of the file, where the tape stands after the filemark', async () => {
    const { tape, receipt } = await threeFiles();
    for (const way of ways(receipt)) {
      const { data, summary } = await read(tape, { ...way, start: 19 * RECORD + 1 });
      expect(data.equals(DATA.subarray(19 * RECORD + 1))).toBe(true);
      expect(summary?.range).toEqual({ start: 19 * RECORD + 1, end: BYTES - 1 });
      expect(await tape.position()).toMatchObject({ logicalFile: 2 });
    }
  });

  it('ends with the file; at its end it is empty, and after it an error', async () => {
    const { tape, receipt } = await threeFiles();
    for (const way of ways(receipt)) {
      expect((await read(tape, { ...way, start: BYTES - 1, end: BYTES * 9 })).data.length).toBe(1);
      expect((await read(tape, { ...way, start: BYTES })).summary).toMatchObject({ bytes: 0 });
      for (const start of [BYTES + 1, 21 * RECORD, 22 * RECORD, 900 * RECORD]) {
        await expect(read(tape, { ...way, start })).rejects.toBeInstanceOf(InvalidArgumentError);
      }
    }
    await expect(read(tape, { fileNumber: 7, recordSize: RECORD, start: RECORD })).rejects.toBeInstanceOf(
      EndOfDataError,
    );
  });

  it('at the end of a file whose last record is full is empty', async () => {
    const { tape } = await threeFiles();
    for (const way of [{ recordSize: RECORD, firstLogicalObject: 0 }, { recordSize: RECORD }, {}]) {
      expect((await read(tape, { fileNumber: 0, ...way, start: 5 * RECORD })).data.length).toBe(0);
    }
  });

  it('fails when records are of another size, before it gives a byte', async () => {
    const { tape, receipt } = await threeFiles();
    const { fileNumber, firstLogicalObject } = receipt;
    for (const recordSize of [RECORD - 1, RECORD + 1, 2 * RECORD, 512]) {
      const stream = tape.createReadStream({ fileNumber, firstLogicalObject, recordSize, start: 3 * recordSize });
      stream.on('data', () => expect.unreachable('a byte was given'));
      const error = await new Promise((resolve) => stream.once('error', resolve));
      expect(error).toBeInstanceOf(VerificationError);
      await closed(stream);
    }
  });

  it('fails when the first logical object is not that of the file', async () => {
    const { tape } = await threeFiles();
    const options = { fileNumber: 1, recordSize: RECORD, firstLogicalObject: 0, start: RECORD + 1 };
    await expect(read(tape, options)).rejects.toThrow(/no record 1 in file 1/);
  });

  it('is spaced to on a drive that does not report its position in the long form', async () => {
    const { tape, port, receipt } = await threeFiles();
    answerWith(port, 'READ POSITION', (cdb) => ((cdb[1] ?? 0) === LONG_FORM ? new Uint8Array(0) : undefined));
    for (const way of ways(receipt)) {
      const { data } = await read(tape, { ...way, start: 5 * RECORD + 1, end: 6 * RECORD });
      expect(data.equals(DATA.subarray(5 * RECORD + 1, 6 * RECORD + 1))).toBe(true);
      await expect(read(tape, { ...way, start: 40 * RECORD })).rejects.toBeInstanceOf(InvalidArgumentError);
    }
  });

  it('counts a record that is left out', async () => {
    const { tape, drive, receipt } = await threeFiles();
    const first = receipt.firstLogicalObject ?? 0;
    drive.faults = [{ command: 'READ(6)', atObject: first + 4, outcome: { sense: { key: 3, asc: 0x11, ascq: 0 } } }];
    const [straight] = ways(receipt);
    const { data, summary } = await read(tape, {
      ...straight,
      start: 3 * RECORD + 7,
      end: 5 * RECORD + 7,
      onBadRecord: 'skip',
    });
    const left = [DATA.subarray(3 * RECORD + 7, 4 * RECORD), DATA.subarray(5 * RECORD, 5 * RECORD + 8)];
    expect(data.equals(Buffer.concat(left))).toBe(true);
    expect(summary?.skipped).toMatchObject([{ fileNumber: 1, record: 4 }]);
  });

  it('of an encrypted, protected file in another partition is the same', async () => {
    const { port } = await newPort({ cartridge: { capacityBytes: 100e6 } });
    const tape = TapeDrive.onTransport(port.transport);
    await tape.formatMedium({ partitions: [1e6, 'rest'], confirm: 'erase everything' });
    const key = newKey();
    await tape.encryption.enable({ key, keyId: 'k' });
    const how = { partition: 1, recordSize: RECORD, protection: 'crc32c' } as const;
    await tape.writeFile([testData(RECORD, 1)], how);
    const { fileNumber, firstLogicalObject } = await tape.writeFile([DATA], how);
    await tape.encryption.disable();
    await tape.rewind();
    const keyStore = new MemoryKeyStore();
    keyStore.put('k', key);
    const options = { ...how, fileNumber, firstLogicalObject, keyStore, start: 5 * RECORD + 1, end: 9 * RECORD };
    const { data } = await read(tape, options);
    expect(data.equals(DATA.subarray(5 * RECORD + 1, 9 * RECORD + 1))).toBe(true);
  });

  it.each([
    { start: -1 },
    { start: 1.5 },
    { start: 'x' },
    { end: Number.NaN },
    { start: 5, end: 4 },
    { start: 5, recordSize: 0 },
    { start: 5, firstLogicalObject: -1 },
    { start: 5, expectedChecksum: 'crc32:00000000' },
    { end: 5, checksum: 'crc32' },
    { start: 5, onBadRecord: 'skip' },
    { start: 5, fileNumber: undefined },
  ])('refuses %j', async (options) => {
    const { tape } = await threeFiles();
    const wrong = { fileNumber: 1, ...options } as ReadStreamOptions;
    expect(() => tape.createReadStream(wrong)).toThrow(InvalidArgumentError);
  });
});
