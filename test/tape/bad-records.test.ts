import { describe, expect, it } from 'vitest';
import { EndOfDataError, MediumError, UnterminatedFileError } from '../../src/errors/index.js';
import { encodeSense } from '../../src/scsi/sense/sense.js';
import type { DrivePort } from '../../src/tape/port/drive-port.js';
import type { ReadStreamOptions } from '../../src/tape/stream/read/read-options.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import type { Fault, VirtualDrive } from '../../src/virtual/index.js';
import { closed, collect, testData } from '../conformance/conformance.js';
import { newPort } from './drives.js';

const RECORD = 64 * 1024;
const RECORDS = 12;
/** One record and its filemark before it, so that object numbers are not those of the records. */
const FIRST = testData(RECORD, 1);
const DATA = testData(RECORDS * RECORD, 2);
const SECOND_FILE = 2;

const SENSE = { key: 0x3, asc: 0x11, ascq: 0x00 };
/** The drive stays before a record that it can't read. */
const bad = (record: number): Fault => ({
  command: 'READ(6)',
  atObject: SECOND_FILE + record,
  outcome: { sense: SENSE },
});
/** The drive stands behind it. */
const badAndPassed = (record: number): Fault => ({ ...bad(record), carriedOut: true });

async function twoFiles(): Promise<{ tape: TapeDrive; drive: VirtualDrive; port: DrivePort }> {
  const { port, drive } = await newPort();
  const tape = TapeDrive.onTransport(port.transport);
  await tape.writeFile([FIRST], { recordSize: RECORD });
  await tape.writeFile([DATA], { recordSize: RECORD });
  return { tape, drive, port };
}

/** What of the file is left without some records. */
function without(...records: readonly number[]): Buffer {
  const all = Array.from({ length: RECORDS }, (_, record) => record);
  const left = all.filter((record) => !records.includes(record));
  return Buffer.concat(left.map((record) => DATA.subarray(record * RECORD, (record + 1) * RECORD)));
}

const place = (record: number) => ({ fileNumber: 1, record, logicalObject: SECOND_FILE + record });

async function read(tape: TapeDrive, options: ReadStreamOptions = {}) {
  const stream = tape.createReadStream({ fileNumber: 1, ...options });
  const chunks: Buffer[] = [];
  let error: unknown;
  try {
    for await (const chunk of stream) chunks.push(chunk);
  } catch (reason) {
    error = reason;
  }
  await closed(stream);
  return { data: Buffer.concat(chunks), error, stream };
}

describe.each([
  ['before', bad],
  ['behind', badAndPassed],
] as const)('a drive that stops %s a record that it cannot read', (_, fault) => {
  it.each([0, 5, RECORDS - 1])('fails with a name for record %i, and the tape before it', async (record) => {
    const { tape, drive } = await twoFiles();
    drive.faults = [fault(record)];
    const { data, error } = await read(tape);
    expect(error).toBeInstanceOf(MediumError);
    expect(error).toMatchObject({ record: place(record), sense: SENSE });
    const { message } = error as MediumError;
    expect(message).toContain(`record ${record} of file 1, logical object ${SECOND_FILE + record}, can't be read`);
    expect(message).not.toMatch(/clean/);
    expect(data.equals(DATA.subarray(0, record * RECORD))).toBe(true);
    expect(await tape.position()).toMatchObject({ logicalObject: SECOND_FILE + record });
  });

  it('is read on behind with locate(), up to the end of the file', async () => {
    const { tape, drive } = await twoFiles();
    drive.faults = [fault(5)];
    const { error } = await read(tape);
    const { logicalObject } = (error as MediumError).record ?? {};
    await tape.locate((logicalObject ?? 0) + 1);
    const stream = tape.createReadStream();
    expect((await collect(stream)).equals(DATA.subarray(6 * RECORD))).toBe(true);
    expect(stream.summary).toMatchObject({ fileNumber: 1, records: RECORDS - 6, skipped: [] });
    expect(await tape.position()).toMatchObject({ logicalFile: 2 });
  });

  it.each([[[0]], [[5]], [[RECORDS - 1]], [[3, 4, 5]], [[0, 2, 7, RECORDS - 1]]])(
    'gives everything but records %j to who skips them',
    async (records) => {
      const { tape, drive } = await twoFiles();
      drive.faults = records.map(fault);
      const { data, error, stream } = await read(tape, { onBadRecord: 'skip' });
      expect(error).toBeUndefined();
      expect(data.equals(without(...records))).toBe(true);
      const skipped = records.map((record) => ({ ...place(record), sense: expect.objectContaining(SENSE) }));
      expect(stream.summary).toMatchObject({ fileNumber: 1, records: RECORDS - records.length, skipped });
      expect(stream.skipped).toEqual(stream.summary?.skipped);
      // Nothing was changed, and what follows is where it belongs.
      drive.faults = [];
      expect((await collect(tape.createReadStream({ fileNumber: 1 }))).equals(DATA)).toBe(true);
      expect(await tape.writeFile([FIRST])).toMatchObject({ fileNumber: 2 });
    },
  );

  it('which can be read at the second try loses nothing', async () => {
    const { tape, drive } = await twoFiles();
    drive.faults = [{ ...fault(5), times: 1 }];
    const { data, error, stream } = await read(tape);
    expect(error).toBeUndefined();
    expect(data.equals(DATA)).toBe(true);
    expect(stream.summary).toMatchObject({ records: RECORDS, skipped: [] });
  });
});

it.each([
  [0x2a, 0x01],
  [0x2a, 0x10],
  [0x3f, 0x0e],
])('a unit attention 6/%i/%i in the middle of a file is read over', async (asc, ascq) => {
  const { tape, drive } = await twoFiles();
  drive.faults = [{ ...bad(5), times: 1, outcome: { sense: { key: 0x6, asc, ascq } } }];
  const { data, error } = await read(tape);
  expect(error).toBeUndefined();
  expect(data.equals(DATA)).toBe(true);
});

it('numbers records from the place that it was spaced to, where the driver knows it', async () => {
  const { tape, drive } = await twoFiles();
  drive.faults = [bad(7)];
  await tape.locateFile(1);
  await tape.spaceRecords(4);
  const { error } = await read(tape, { fileNumber: undefined });
  expect(error).toMatchObject({ record: place(7) });
});

it('skipping ends at the end of the data all the same', async () => {
  const { tape, drive } = await twoFiles();
  const options = { fileNumber: 2, onBadRecord: 'skip' } as const;
  expect((await read(tape, options)).error).toBeInstanceOf(EndOfDataError);
  // Cut off in the middle, behind a record that can't be read either.
  await tape.locate(SECOND_FILE + 6);
  await tape.erase();
  drive.faults = [bad(5)];
  const { data, error, stream } = await read(tape, { onBadRecord: 'skip' });
  expect(error).toBeInstanceOf(UnterminatedFileError);
  expect(data.equals(DATA.subarray(0, 5 * RECORD))).toBe(true);
  expect(stream.skipped).toMatchObject([place(5)]);
});

it('a drive that was reset meanwhile is not read on', async () => {
  const { tape, drive } = await twoFiles();
  drive.faults = [{ ...bad(5), outcome: { reset: true }, times: 1 }];
  const { data, error } = await read(tape, { onBadRecord: 'skip' });
  expect(error).toMatchObject({ code: 'LTO_POSITION_LOST' });
  expect(data.equals(DATA.subarray(0, 5 * RECORD))).toBe(true);
});

describe.each([
  ['before', bad],
  ['behind', badAndPassed],
] as const)('a drive that stops %s a filemark that it cannot read', (_, fault) => {
  it('ends the file there when it is left out: the next one is not the rest of it', async () => {
    const { tape, drive } = await twoFiles();
    await tape.writeFile([FIRST], { recordSize: RECORD });
    drive.faults = [fault(RECORDS)];
    const { data, error, stream } = await read(tape, { onBadRecord: 'skip' });
    expect(error).toBeUndefined();
    expect(data.equals(DATA)).toBe(true);
    expect(stream.summary).toMatchObject({ bytes: DATA.length, skipped: [place(RECORDS)] });
    expect((await read(tape, { fileNumber: undefined })).data.equals(FIRST)).toBe(true);
  });

  it('is not taken for a record by a drive without the long form of READ POSITION: the next file stays out', async () => {
    const { tape, drive, port } = await twoFiles();
    await tape.writeFile([FIRST], { recordSize: RECORD });
    withoutLongForm(port);
    drive.faults = [fault(RECORDS)];
    const { data, error, stream } = await read(tape, { onBadRecord: 'skip' });
    expect(error).toBeUndefined();
    expect(data.equals(DATA)).toBe(true);
    expect(stream.skipped).toMatchObject([{ record: RECORDS, logicalObject: SECOND_FILE + RECORDS }]);
    expect((await read(tape, { fileNumber: undefined })).data.equals(FIRST)).toBe(true);
  });

  it('and a bad record before it are told apart without the long form', async () => {
    const { tape, drive, port } = await twoFiles();
    withoutLongForm(port);
    drive.faults = [fault(0), fault(5), fault(RECORDS)];
    const { data, error, stream } = await read(tape, { onBadRecord: 'skip' });
    expect(error).toBeUndefined();
    expect(data.equals(without(0, 5))).toBe(true);
    expect(stream.skipped.map(({ record }) => record)).toEqual([0, 5, RECORDS]);
  });
});

/** The drive knows the short form of READ POSITION alone. */
function withoutLongForm({ transport }: DrivePort): void {
  const scsi = transport.scsi.bind(transport);
  const refused = encodeSense({ key: 5, asc: 0x24, ascq: 0 });
  transport.scsi = async (command, options) => {
    const reply = await scsi(command, options);
    const isLong = command.name === 'READ POSITION' && ((command.cdb[1] ?? 0) & 0x1f) === 6;
    return isLong ? { ...reply, status: 2, sense: refused, data: new Uint8Array() } : reply;
  };
}
