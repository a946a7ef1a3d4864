import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import {
  HardwareError,
  type LtoError,
  MediumError,
  NoMediumError,
  PositionLostError,
  UnterminatedFileError,
  WriteError,
} from '../../src/errors/index.js';
import type { DrivePort } from '../../src/tape/port/drive-port.js';
import { TapeReadStream } from '../../src/tape/stream/read/read-stream.js';
import { TapeWriteStream } from '../../src/tape/stream/write/write-stream.js';
import type { Fault } from '../../src/virtual/index.js';
import { chunksOf, closed, testData } from '../conformance/conformance.js';
import { newPort } from './drives.js';

// The drive fails in the middle of a file: which error comes of it, and that it is true what the error says is safe.

const RECORD = 64 * 1024;
const RECORDS = 40;
const DATA = testData(RECORDS * RECORD);
const MEDIUM_FAULT: Fault = { command: 'WRITE(6)', outcome: { sense: { key: 0x3, asc: 0x0c, ascq: 0x00 } } };
const READ_FAULT: Fault = { command: 'READ(6)', outcome: { sense: { key: 0x3, asc: 0x11, ascq: 0x00 } } };
/** After EIO the drive is asked what is the matter, by TEST UNIT READY. */
const says = (key: number, asc: number, ascq: number): Fault => ({
  command: 'TEST UNIT READY',
  outcome: { sense: { key, asc, ascq } },
});

/** Resolves with the error that a file of `RECORDS` records ended with, and the file's stream, closed. */
async function write(port: DrivePort) {
  const options = { recordSize: RECORD, bufferBytes: 8 * RECORD, startThreshold: 0 };
  const stream = new TapeWriteStream(port, options, port.lease.acquireStream('a write stream'));
  const source = Readable.from(chunksOf(DATA, [3000, 70_000, RECORD]));
  const error: unknown = await pipeline(source, stream).catch((reason: unknown) => reason);
  await closed(stream);
  return { stream, error };
}

/** Resolves with what was read of a file before it ended, and the error that it ended with, if any. */
async function read(port: DrivePort) {
  const options = { fileNumber: 0, bufferBytes: 6 * RECORD };
  const stream = new TapeReadStream(port, options, port.lease.acquireStream('a read stream'));
  const chunks: Buffer[] = [];
  let error: unknown;
  try {
    for await (const chunk of stream) chunks.push(chunk);
  } catch (reason) {
    error = reason;
  }
  await closed(stream);
  return { data: Buffer.concat(chunks), error };
}

describe('a write that the drive fails', () => {
  for (const atObject of [1, 17, RECORDS - 1]) {
    it(`at record ${atObject}: the records before it are on tape`, async () => {
      const { port, drive } = await newPort();
      drive.faults = [{ ...MEDIUM_FAULT, atObject }];
      const { stream, error } = await write(port);
      expect(error).toBeInstanceOf(WriteError);
      const { safe, device, errno, next, cause } = error as WriteError;
      expect(safe).toEqual({ records: atObject, bytes: atObject * RECORD, filemark: false });
      expect({ device, errno }).toEqual({ device: port.device, errno: 'EIO' });
      expect(next).toMatch(/another cartridge/);
      expect(cause).toBeInstanceOf(MediumError);
      expect(stream.receipt).toBeUndefined();

      drive.faults = [];
      const back = await read(port);
      expect(back.data.subarray(0, safe.bytes).equals(DATA.subarray(0, safe.bytes))).toBe(true);
    });
  }

  it('at its first record: nothing of the file is on tape', async () => {
    const { port, drive } = await newPort();
    drive.faults = [MEDIUM_FAULT];
    const { stream, error } = await write(port);
    expect(error).toBeInstanceOf(MediumError);
    expect(error).toMatchObject({ device: port.device, errno: 'EIO', next: expect.stringMatching(/cartridge/) });
    expect({ receipt: stream.receipt, incomplete: stream.incomplete }).toEqual({});
  });

  it('for a fault of its own: the drive says so itself', async () => {
    const { port, drive } = await newPort();
    drive.faults = [
      { ...MEDIUM_FAULT, atObject: 5 },
      { ...says(0x4, 0x44, 0x00), atObject: 5 },
    ];
    const { error } = await write(port);
    expect(error).toBeInstanceOf(WriteError);
    const { safe, sense, cause } = error as WriteError;
    expect(cause).toBeInstanceOf(HardwareError);
    expect(sense).toMatchObject({ key: 0x4, asc: 0x44 });
    expect(safe).toEqual({ records: 5, bytes: 5 * RECORD, filemark: false });
  });

  it('since its cartridge is gone: no more is said to be safe than can be known', async () => {
    const { port, drive } = await newPort();
    drive.faults = [
      { ...MEDIUM_FAULT, atObject: 5 },
      { ...says(0x2, 0x3a, 0x00), atObject: 5 },
      { command: 'READ POSITION', atObject: 5, outcome: { sense: { key: 0x2, asc: 0x3a, ascq: 0x00 } } },
    ];
    const { error } = await write(port);
    expect((error as WriteError).cause).toBeInstanceOf(NoMediumError);
    expect((error as WriteError).safe).toEqual({ records: 0, bytes: 0, filemark: false });
  });

  it('at the filemark: there is no receipt', async () => {
    const { port, drive } = await newPort();
    drive.faults = [{ command: 'WRITE FILEMARKS(6)', times: 1, outcome: { sense: { key: 0x3, asc: 0x0c, ascq: 0 } } }];
    const { stream, error } = await write(port);
    expect(error).toBeInstanceOf(WriteError);
    const { safe, cause } = error as WriteError;
    expect(cause).toBeInstanceOf(MediumError);
    expect(cause).toMatchObject({ operation: 'MTWEOF 1', errno: 'EIO' });
    expect(safe).toEqual({ records: RECORDS, bytes: DATA.length, filemark: false });
    expect(stream.receipt).toBeUndefined();
    expect((await read(port)).data.equals(DATA)).toBe(true);
  });

  it('by a reset: the position is lost, and nothing is written until it is found', async () => {
    const { port, drive } = await newPort();
    drive.faults = [{ ...MEDIUM_FAULT, afterCount: 5, times: 1, outcome: { sense: { key: 0x6, asc: 0x29, ascq: 0 } } }];
    const { error } = await write(port);
    expect(error).toBeInstanceOf(WriteError);
    expect((error as WriteError).cause).toBeInstanceOf(PositionLostError);
    expect((error as WriteError).safe).toEqual({ records: 0, bytes: 0, filemark: false });
    expect(await port.status()).toMatchObject({ fileNumber: undefined, blockNumber: undefined });
    await expect(port.mt('MTWEOF', 1)).rejects.toBeInstanceOf(PositionLostError);
    await port.mt('MTREW');
    const back = await read(port);
    expect(back.error).toBeInstanceOf(UnterminatedFileError);
    expect(back.data.equals(DATA.subarray(0, 5 * RECORD))).toBe(true);
  });
});

describe('a read that the drive fails', () => {
  const failures: readonly (readonly [string, readonly Fault[], abstract new (...args: never[]) => LtoError])[] = [
    ['on the medium', [], MediumError],
    ['for a fault of its own', [{ ...says(0x4, 0x44, 0x00), atObject: 23 }], HardwareError],
    ['since its cartridge is gone', [{ ...says(0x2, 0x3a, 0x00), atObject: 23 }], NoMediumError],
  ];
  for (const [why, faults, type] of failures) {
    it(`${why}: everything before it has come`, async () => {
      const { port, drive } = await newPort();
      const { stream } = await write(port);
      expect(stream.receipt).toMatchObject({ records: RECORDS });
      drive.faults = [{ ...READ_FAULT, atObject: 23 }, ...faults];
      const { data, error } = await read(port);
      expect(error).toBeInstanceOf(type);
      expect((error as LtoError).next).toBeDefined();
      expect(data.equals(DATA.subarray(0, 23 * RECORD))).toBe(true);

      drive.faults = [];
      await port.mt('MTREW');
      const again = await read(port);
      expect(again.error).toBeUndefined();
      expect(again.data.equals(DATA)).toBe(true);
    });
  }
});

describe('a drive that does not tell where it stands when the tape is nearly full', () => {
  it('ends the file there: no record behind one that may be missing', async () => {
    const capacityBytes = 24 * RECORD;
    const { port, drive } = await newPort({ cartridge: { capacityBytes }, earlyWarningBytes: 12 * RECORD });
    // Where the record that meets early warning leaves the tape.
    drive.faults = [
      { command: 'READ POSITION', atObject: 12, outcome: { sense: { key: 0x4, asc: 0x44, ascq: 0x00 } } },
    ];
    const { stream, error } = await write(port);
    expect(error).toBeInstanceOf(WriteError);
    expect(stream.receipt).toBeUndefined();
    drive.faults = [];
    await port.mt('MTREW');
    const { data } = await read(port);
    expect(data.length).toBeGreaterThan(0);
    expect(data.equals(DATA.subarray(0, data.length))).toBe(true);
  });
});
