import { once } from 'node:events';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect } from 'vitest';
import {
  EndOfDataError,
  InvalidArgumentError,
  RecordTooLargeError,
  VerificationError,
} from '../../src/errors/index.js';
import { openTransport } from '../../src/tape/open/open-transport.js';
import { nextStreamNumber } from '../../src/tape/port/stream-number.js';
import type { TapeDrive } from '../../src/tape/tape-drive.js';
import { MtOperation } from '../../src/transport/mtio.js';
import type { Capability } from './capabilities.js';
import {
  backend,
  chunksOf,
  closed,
  collect,
  conforms,
  openDrive,
  RECORD,
  testData,
  writeInRecords,
} from './conformance.js';

const KIB = 1024;
const GROWN = Math.min(2 * RECORD, backend.transferLimit ?? RECORD);
/** Record sizes and counts of a file whose records become larger after many that tell otherwise. */
const GROWING: [number, number][] = [
  [RECORD / 4, 40],
  [GROWN, 3],
  [RECORD / 4, 4],
];

/** Is done with its first chunk when more than so many bytes have been given to it, and with the rest at once. */
class LateWritable extends Writable {
  bytes = 0;
  #given = 0;
  #held: (() => void) | undefined;
  readonly #holdsUpTo: number;

  constructor(bytes: number) {
    super({ highWaterMark: 64 * 1024 * KIB });
    this.#holdsUpTo = bytes;
  }

  override write(chunk: string | Uint8Array, ...rest: unknown[]): boolean {
    this.#given += chunk.length;
    const goesOn: boolean = Reflect.apply(super.write, this, [chunk, ...rest]);
    if (this.#given > this.#holdsUpTo) this.#letGo();
    return goesOn;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.bytes += chunk.length;
    if (this.#given > this.#holdsUpTo) callback();
    else this.#held = callback;
  }

  #letGo(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.();
  }
}

/** Reads a file and compares it, as far as the backend keeps data. */
async function expectFile(drive: TapeDrive, fileNumber: number, expected: Buffer): Promise<void> {
  const stream = drive.createReadStream({ fileNumber });
  const read = await collect(stream);
  expect(read.length).toBe(expected.length);
  if (!backend.lacks.has('data')) expect(read.equals(expected)).toBe(true);
  expect(stream.summary).toMatchObject({ fileNumber, bytes: expected.length });
}

describe(`round trip on ${backend.name}`, () => {
  for (const length of [1, 511, 512, RECORD - 1, RECORD - 512, RECORD, RECORD + 1, 3 * RECORD, 20 * RECORD + 12_288]) {
    const needs: Capability[] = length % 512 === 0 ? [] : ['any-length'];
    conforms(`writes ${length} bytes in records of ${RECORD} and reads them back`, needs, async () => {
      const drive = await openDrive();
      const data = testData(length);
      const receipt = await drive.writeFile([data], { position: 'overwrite' });
      expect(receipt).toMatchObject({ fileNumber: 0, records: Math.ceil(length / RECORD), bytes: length });
      if (!backend.lacks.has('logical-object')) expect(receipt.firstLogicalObject).toBe(0);
      expect(await drive.status()).toMatchObject({ fileNumber: 1, blockNumber: 0, filemark: true });
      await expectFile(drive, 0, data);
      expect(await drive.status()).toMatchObject({ fileNumber: 1, blockNumber: 0 });
    });
  }

  conforms('cuts records exactly, whatever the chunks are', [], async () => {
    const drive = await openDrive();
    const data = testData(5 * RECORD + 1024);
    const sizes = [1, 65_536, 3, RECORD, RECORD + 1, 1_000_000, 4095];
    const { records } = await drive.writeFile(chunksOf(data, sizes), { position: 'overwrite' });
    expect(records).toBe(6);
    await expectFile(drive, 0, data);
    await drive.rewind();
    await drive.spaceRecords(6);
    expect(await drive.status()).toMatchObject({ fileNumber: 0, blockNumber: 6 });
  });

  conforms('reads a range of bytes as the whole file has it, and the next file after it', ['locate'], async () => {
    const drive = await openDrive();
    const data = testData(9 * RECORD + 512);
    await drive.writeFile([testData(RECORD, 1)], { position: 'overwrite' });
    const { fileNumber, recordSize, firstLogicalObject } = await drive.writeFile([data]);
    await drive.writeFile([testData(512, 2)]);
    for (const known of [{ recordSize, firstLogicalObject }, { recordSize }, {}]) {
      for (const [start, end] of [[5 * RECORD + 7, 6 * RECORD], [9 * RECORD + 1]]) {
        const stream = drive.createReadStream({ fileNumber, ...known, start, end });
        const expected = data.subarray(start, end === undefined ? undefined : end + 1);
        const read = await collect(stream);
        expect(read.length).toBe(expected.length);
        if (!backend.lacks.has('data')) expect(read.equals(expected)).toBe(true);
        await closed(stream);
      }
      await expectFile(drive, 2, testData(512, 2));
      const beyond = drive.createReadStream({ fileNumber, ...known, start: 12 * RECORD });
      await expect(collect(beyond)).rejects.toBeInstanceOf(InvalidArgumentError);
      await closed(beyond);
    }
  });

  conforms('takes whole records from aligned memory as they are, between chunks that are not', [], async () => {
    const drive = await openDrive();
    const aligned = drive.allocate(4 * RECORD);
    const data = testData(12 * RECORD + 512);
    let offset = 0;
    const take = (length: number) => {
      offset += length;
      return data.subarray(offset - length, offset);
    };
    const stream = drive.createWriteStream({ position: 'overwrite' });
    const write = (chunk: Buffer) =>
      new Promise<void>((resolve, reject) => stream.write(chunk, (error) => (error ? reject(error) : resolve())));
    for (let i = 0; i < 2; i += 1) {
      take(4 * RECORD).copy(aligned);
      await write(aligned);
    }
    await write(take(512));
    // Not at a record's boundary now: copied behind the 512 bytes.
    take(3 * RECORD).copy(aligned);
    await write(aligned.subarray(0, 3 * RECORD));
    await write(take(RECORD - 512));
    aligned.fill(0xee);
    await write(take(512));
    stream.end();
    await once(stream, 'close');
    expect(stream.receipt).toMatchObject({ records: 13, bytes: data.length });
    await expectFile(drive, 0, data);
  });

  for (const recordSize of [512, 4 * KIB, 64 * KIB, 1024 * KIB]) {
    const needs: Capability[] = recordSize < 1024 * KIB ? [] : ['megabyte-records'];
    conforms(`writes records of ${recordSize} bytes`, needs, async () => {
      const drive = await openDrive();
      const data = testData(recordSize * 10 + 512);
      const largestRecord = await writeInRecords(drive, data, { position: 'overwrite', recordSize });
      const stream = drive.createReadStream({ fileNumber: 0 });
      expect((await collect(stream)).length).toBe(data.length);
      const records = Math.ceil(data.length / largestRecord);
      expect(stream.summary).toMatchObject({ records, largestRecord });
    });
  }

  conforms('reads records larger than its first offer', ['large-records'], async () => {
    const drive = await openDrive();
    const { maximumBlockLength = 0 } = (await drive.blockLimits()) ?? {};
    const recordSize = Math.min(3 * 1024 * KIB, maximumBlockLength - (maximumBlockLength % 512));
    const data = testData(recordSize * 3 + 512);
    await writeInRecords(drive, data, { position: 'overwrite', recordSize, bufferBytes: 16 * recordSize });
    await expectFile(drive, 0, data);
  });

  conforms('reads on where the records of a file become larger', ['space-back', 'undisturbed'], async () => {
    const drive = await openDrive();
    const { device } = drive;
    await drive.close();
    const transport = await openTransport(device);
    const parts: Buffer[] = [];
    try {
      await transport.mt(MtOperation.MTREW, 1);
      const stream = nextStreamNumber();
      for (const [recordSize, count] of GROWING) {
        const data = testData(recordSize * count, parts.length);
        const memory = transport.allocate(data.length);
        memory.set(data);
        expect(await transport.writeRecords(memory, recordSize, stream)).toMatchObject({ records: count });
        parts.push(data);
      }
      await transport.mt(MtOperation.MTWEOF, 1);
    } finally {
      await transport.close();
    }
    const again = await openDrive();
    const read = again.createReadStream({ fileNumber: 0, bufferBytes: 2048 * KIB });
    expect((await collect(read)).length).toBe(Buffer.concat(parts).length);
    expect(read.summary).toMatchObject({ records: 47, largestRecord: GROWN });
    await expectFile(again, 0, Buffer.concat(parts));
    // Chunks of the small records come back when the reader has other memory.
    const late = new LateWritable(parts[0]?.length ?? 0);
    await pipeline(again.createReadStream({ fileNumber: 0, bufferBytes: 4096 * KIB, reuseChunks: true }), late);
    expect(late.bytes).toBe(Buffer.concat(parts).length);
  });

  conforms('refuses a record larger than it may read, and stands before it', ['space-back'], async () => {
    const drive = await openDrive();
    await drive.writeFile([testData(2 * RECORD)], { position: 'overwrite' });
    const stream = drive.createReadStream({ fileNumber: 0, maxRecordSize: RECORD / 4 });
    const error = await collect(stream).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RecordTooLargeError);
    expect(error).toMatchObject({ code: 'LTO_RECORD_TOO_LARGE', offered: RECORD / 4 });
    await expectFile(drive, 0, testData(2 * RECORD));
  });

  conforms('appends file after file, and finds each of them in any order', [], async () => {
    const drive = await openDrive();
    const files = [testData(1024, 1), testData(RECORD * 2, 2), testData(RECORD + 512, 3), testData(512, 4)];
    for (const [fileNumber, data] of files.entries()) {
      const position = fileNumber === 0 ? 'overwrite' : 'append';
      expect(await drive.writeFile([data], { position })).toMatchObject({ fileNumber });
      // Elsewhere in between, so that appending has to find the end.
      await drive.rewind();
    }
    for (const fileNumber of [2, 0, 3, 1, 1, 3])
      await expectFile(drive, fileNumber, files[fileNumber] ?? Buffer.alloc(0));
  });

  conforms('keeps an empty source as an empty file', [], async () => {
    const drive = await openDrive();
    expect(await drive.writeFile([], { position: 'overwrite' })).toMatchObject({ fileNumber: 0, records: 0, bytes: 0 });
    const { fileNumber } = await drive.writeFile([testData(512)], { position: 'overwrite' });
    expect(fileNumber).toBe(1);
    await expectFile(drive, 0, Buffer.alloc(0));
    await expectFile(drive, 1, testData(512));
  });

  conforms('reading behind the last file is the end of data, not an empty file', ['end-of-data'], async () => {
    const drive = await openDrive();
    await drive.writeFile([testData(2048)], { position: 'overwrite' });
    const read = collect(drive.createReadStream({ fileNumber: 1 }));
    await expect(read).rejects.toBeInstanceOf(EndOfDataError);
    const far = collect(drive.createReadStream({ fileNumber: 9 }));
    await expect(far).rejects.toBeInstanceOf(EndOfDataError);
    await expectFile(drive, 0, testData(2048));
  });

  conforms('checks the checksum of a receipt', ['data'], async () => {
    const drive = await openDrive();
    for (const checksum of ['crc32', 'sha256'] as const) {
      const receipt = await drive.writeFile([testData(5120)], { position: 'overwrite', checksum });
      expect(receipt.checksum).toMatch(new RegExp(`^${checksum}:`));
      const expectedChecksum = receipt.checksum;
      const fileNumber = receipt.fileNumber;
      expect((await collect(drive.createReadStream({ fileNumber, expectedChecksum }))).length).toBe(5120);
      const wrong = expectedChecksum?.replace(/:.*/, (digits) => `:${'0'.repeat(digits.length - 1)}`);
      const read = collect(drive.createReadStream({ fileNumber, expectedChecksum: wrong }));
      await expect(read).rejects.toBeInstanceOf(VerificationError);
    }
  });
});
