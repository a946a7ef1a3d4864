import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { finished, pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { LtoError, PositionLostError, PositionMismatchError, WriteError } from '../../../src/errors/index.js';
import type { TapeReadStream } from '../../../src/tape/stream/read/read-stream.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { closed, collect, testData } from '../../conformance/conformance.js';
import { command } from '../command.js';

// Somebody else on the bus resets the drive in the middle of a job: the tape stands elsewhere, and whoever writes on
// regardless writes over what is there.

const RECORD = 16 * 1024;
const BUFFER = 8 * RECORD;
/** More than a job gets to before it is reset, and less than the cartridge holds. */
const MANY = 4000;

async function openDrive(): Promise<TapeDrive> {
  const drive = await TapeDrive.open('/dev/nst0');
  onTestFinished(() => drive.close());
  await drive.rewind();
  return drive;
}

function resetDrive(): Promise<string> {
  return command('sg_reset', '--device', '/dev/sg0');
}

/** Records without end, with a reset before the one with number `at`. */
async function* recordsAndReset(at: number, progress: () => number): AsyncGenerator<Buffer> {
  for (let i = 0; i < MANY; i += 1) {
    if (i === at) {
      expect(progress()).toBeGreaterThan(0);
      await resetDrive();
    }
    yield testData(RECORD, i);
  }
}

/** A stream in which records were written, and nothing is under way any more. */
async function pausedStream(drive: TapeDrive) {
  await drive.writeFile([testData(8 * RECORD)], { position: 'overwrite', recordSize: RECORD });
  const stream = drive.createWriteStream({ recordSize: RECORD, bufferBytes: BUFFER, startThreshold: 0 });
  stream.write(testData(4 * BUFFER));
  await vi.waitUntil(() => stream.writableNeedDrain === false && stream.bytesWritten > 0);
  await delay(50);
  return { stream, written: stream.bytesWritten };
}

/** What the first file of `pausedStream` holds, from the tape. */
async function expectFirstFile(drive: TapeDrive): Promise<void> {
  expect((await collect(drive.createReadStream({ fileNumber: 0 }))).length).toBe(8 * RECORD);
}

/** Records that can be read, whatever comes behind them. */
async function recordsOf(stream: TapeReadStream): Promise<number> {
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await finished(stream).catch(() => undefined);
  return bytes / RECORD;
}

/** Another program that takes every unit attention it gets. */
function pollWithoutEnd(): void {
  const polls = spawn('bash', ['-c', 'while :; do sg_turs --number=100000 /dev/sg0; done'], {
    detached: true,
    stdio: 'ignore',
  });
  onTestFinished(() => void process.kill(-Number(polls.pid), 'SIGKILL'));
}

/** A reset by another process, which is ready for it: `now` waits for nothing. */
function preparedReset(): { readonly now: () => void; readonly done: Promise<unknown> } {
  const process = spawn('bash', ['-c', 'read; exec sg_reset --device /dev/sg0'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  return { now: () => process.stdin.end('\n'), done: once(process, 'close') };
}

/** More records than the tape holds; the reset comes some time behind the one with number `at`. */
function* untilReset(at: number, reset: () => void): Generator<Buffer> {
  const some = Array.from({ length: 16 }, (_, seed) => testData(RECORD, seed));
  for (let number = 0; ; number += 1) {
    if (number === at) reset();
    yield some[number % some.length] as Buffer;
  }
}

/** Until a rewind, every attempt that needs a position is refused and leaves the tape as it is. */
async function expectPositionLost(drive: TapeDrive): Promise<void> {
  expect(await drive.status()).toMatchObject({ fileNumber: undefined, blockNumber: undefined });
  const overwrite = drive.writeFile([testData(RECORD)], { position: 'overwrite', recordSize: RECORD });
  await expect(overwrite).rejects.toBeInstanceOf(PositionLostError);
  await expect(drive.writeFilemarks()).rejects.toBeInstanceOf(PositionLostError);
  await expect(drive.spaceFiles(1)).rejects.toBeInstanceOf(PositionLostError);
  await expect(drive.erase()).rejects.toBeInstanceOf(PositionLostError);
  await expect(collect(drive.createReadStream())).rejects.toBeInstanceOf(PositionLostError);
}

it('a reset under a write stream ends it: nothing more is written before a rewind', async () => {
  const drive = await openDrive();
  await drive.writeFile([testData(RECORD)], { position: 'overwrite', recordSize: RECORD });
  const stream = drive.createWriteStream({ recordSize: RECORD, bufferBytes: BUFFER, startThreshold: 0 });
  const source = recordsAndReset(100, () => stream.bytesWritten);
  const error: unknown = await pipeline(source, stream).catch((reason: unknown) => reason);
  await closed(stream);
  expect(error).toBeInstanceOf(WriteError);
  const { cause, safe, device, next } = error as WriteError;
  expect(cause).toBeInstanceOf(PositionLostError);
  expect({ device, safe }).toEqual({ device: '/dev/nst0', safe: { records: 0, bytes: 0, filemark: false } });
  expect(next).toMatch(/Rewind/);
  expect({ receipt: stream.receipt, incomplete: stream.incomplete }).toEqual({});
  // What the stream held was not written after the reset.
  expect(stream.bytesWritten).toBeLessThanOrEqual(100 * RECORD);

  await expectPositionLost(drive);
  await drive.rewind();
  expect(await drive.writeFile([testData(RECORD)], { position: 'overwrite', recordSize: RECORD })).toMatchObject({
    fileNumber: 0,
    records: 1,
  });
});

it('the file before a reset is untouched, and an append finds the end of the data by itself', async () => {
  const drive = await openDrive();
  const first = await drive.writeFile([testData(3 * RECORD)], { position: 'overwrite', recordSize: RECORD });
  expect(await drive.status()).toMatchObject({ fileNumber: 1, blockNumber: 0 });
  await resetDrive();
  const second = await drive.writeFile([testData(2 * RECORD)], { recordSize: RECORD });
  expect(second).toMatchObject({ fileNumber: 1, firstLogicalObject: 4 });
  expect((await collect(drive.createReadStream({ fileNumber: 0 }))).length).toBe(first.bytes);
  expect((await collect(drive.createReadStream())).length).toBe(second.bytes);
});

it('a reset that another program has taken notice of is not overlooked', async () => {
  const drive = await openDrive();
  const written = await drive.writeFile([testData(8 * RECORD)], { position: 'overwrite', recordSize: RECORD });
  const attempts = [
    () => drive.writeFile([testData(RECORD)], { position: 'overwrite', recordSize: RECORD }),
    () => drive.writeFilemarks(),
    () => drive.erase(),
  ];
  for (const attempt of attempts) {
    await drive.locateFile(1);
    await resetDrive();
    // It gets the unit attention; the tape stands at its beginning now, and the driver believes it stands at file 1.
    await command('sg_turs', '/dev/sg0').catch(() => undefined);
    expect(await drive.status()).toMatchObject({ fileNumber: 1 });
    await expect(attempt()).rejects.toBeInstanceOf(PositionLostError);
    await drive.rewind();
    expect((await collect(drive.createReadStream({ fileNumber: 0 }))).length).toBe(written.bytes);
    expect(await drive.spaceToEndOfData()).toEqual({ end: 'filemark', fileNumber: 1 });
  }
});

it('a reset in a pause of a write stream that another program has taken notice of writes no record elsewhere', async () => {
  const drive = await openDrive();
  const { stream, written } = await pausedStream(drive);
  await resetDrive();
  // It gets the unit attention; a record that is written now stands at the beginning of the tape, and ends its data.
  await command('sg_turs', '/dev/sg0').catch(() => undefined);
  await expect(pipeline([testData(BUFFER)], stream)).rejects.toMatchObject({
    code: 'LTO_WRITE_FAILED',
    cause: expect.any(PositionLostError),
  });
  await closed(stream);
  expect(stream.bytesWritten).toBe(written);
  await expectPositionLost(drive);
  await drive.rewind();
  await expectFirstFile(drive);
});

it.each([
  ['a reset', resetDrive],
  ['a rewind by another program', () => command('sg_raw', '/dev/sg0', '01', '00', '00', '00', '00', '00')],
])('%s behind the last record of a session file: its filemark is not written elsewhere', async (_what, happen) => {
  const drive = await openDrive();
  await drive.writeFile([testData(8 * RECORD)], { position: 'overwrite', recordSize: RECORD });
  const session = drive.session();
  async function* source() {
    yield testData(4 * BUFFER);
    // All records are with the drive, and only the filemark is left to be written.
    await delay(300);
    await happen();
    await command('sg_turs', '/dev/sg0').catch(() => undefined);
  }
  const options = { recordSize: RECORD, bufferBytes: BUFFER, startThreshold: 0 };
  await expect(session.writeFile(source(), options)).rejects.toBeInstanceOf(LtoError);
  await session.close().catch(() => undefined);
  await drive.rewind().catch(() => undefined);
  await drive.rewind();
  await expectFirstFile(drive);
});

it('a tape that another program moved in a pause of a write stream gets no record there, and no filemark', async () => {
  const drive = await openDrive();
  const { stream, written } = await pausedStream(drive);
  // REWIND: to st the tape stands where it was.
  await command('sg_raw', '/dev/sg0', '01', '00', '00', '00', '00', '00');
  await expect(pipeline([testData(BUFFER)], stream)).rejects.toMatchObject({
    code: 'LTO_WRITE_FAILED',
    safe: { records: 0, bytes: 0, filemark: false },
    cause: expect.any(PositionMismatchError),
  });
  await closed(stream);
  expect(stream.bytesWritten).toBe(written);
  await expectPositionLost(drive);
  await drive.rewind();
  await expectFirstFile(drive);
});

it('a tape that another program moved before the first record of a write stream gets none there', async () => {
  const drive = await openDrive();
  await drive.writeFile([testData(8 * RECORD)], { position: 'overwrite', recordSize: RECORD });
  const stream = drive.createWriteStream({ recordSize: RECORD, bufferBytes: BUFFER });
  // It has found its place, and waits for its source.
  await delay(300);
  await command('sg_raw', '/dev/sg0', '01', '00', '00', '00', '00', '00');
  await expect(pipeline([testData(BUFFER)], stream)).rejects.toBeInstanceOf(PositionMismatchError);
  await closed(stream);
  expect(stream.bytesWritten).toBe(0);
  await drive.rewind();
  await expectFirstFile(drive);
});

it('resets at any moment of a stream, with somebody who polls without end, spare the beginning of the tape', async () => {
  pollWithoutEnd();
  for (let round = 0; round < 8; round += 1) {
    const drive = await openDrive();
    const first = testData(8 * RECORD, 1000 + round);
    await drive.writeFile([first], { position: 'overwrite', recordSize: RECORD });
    const stream = drive.createWriteStream({ recordSize: RECORD, bufferBytes: BUFFER, startThreshold: 0 });
    const source = recordsAndReset(20 + 17 * round, () => stream.bytesWritten);
    await expect(pipeline(source, stream)).rejects.toBeInstanceOf(WriteError);
    await closed(stream);
    await drive.rewind();
    await expectFirstFile(drive);
    await drive.close();
  }
});

/** scsi_debug keeps the first four bytes of a record. */
function numbered(number: number): Buffer {
  const record = Buffer.alloc(RECORD);
  record.writeUInt32BE(number);
  return record;
}

it('resets within a call of many records, with somebody who polls without end, are not overlooked', async () => {
  pollWithoutEnd();
  for (let round = 0; round < 12; round += 1) {
    const drive = await openDrive();
    await drive.writeFile([testData(8 * RECORD)], { position: 'overwrite', recordSize: RECORD });
    const options = { recordSize: RECORD, bufferBytes: 128 * RECORD, startThreshold: 0 };
    const reset = preparedReset();
    // Behind what is buffered before the first record.
    await expect(drive.writeFile(untilReset(200 + 31 * round, reset.now), options)).rejects.toBeInstanceOf(WriteError);
    await reset.done;
    await drive.rewind();
    // A WRITE that waits for the end of the reset, behind a command of somebody else, is written here. It is the only one.
    expect([1, 8]).toContain(await recordsOf(drive.createReadStream({ fileNumber: 0 })));
    await drive.close();
  }
});

it('resets within a call of many records, with somebody who polls without end, give no records of another place', async () => {
  const drive = await openDrive();
  await drive.writeFile(
    Array.from({ length: MANY }, (_, number) => numbered(number)),
    { position: 'overwrite', recordSize: RECORD },
  );
  pollWithoutEnd();
  let ended = 0;
  for (let round = 0; round < 12; round += 1) {
    await drive.rewind();
    const reset = preparedReset();
    const stream = drive.createReadStream({ fileNumber: 0, bufferBytes: 128 * RECORD });
    let right = 0;
    stream.on('data', (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += RECORD, right += 1) {
        if (right === 40 + 31 * round) reset.now();
        expect(chunk.readUInt32BE(at)).toBe(right);
      }
    });
    const error: unknown = await finished(stream).catch((reason: unknown) => reason);
    if (error !== undefined) {
      ended += 1;
      expect([PositionLostError, PositionMismatchError]).toContain((error as Error).constructor);
    } else expect(right).toBe(MANY);
    await reset.done;
  }
  // A slow machine may have read everything before one.
  expect(ended).toBeGreaterThan(0);
});

it('a reset before the filemark leaves no receipt', async () => {
  const drive = await openDrive();
  async function* reset() {
    yield* [0, 1, 2, 3].map((seed) => testData(BUFFER, seed));
    await resetDrive();
  }
  const stream = drive.createWriteStream({ position: 'overwrite', recordSize: RECORD, bufferBytes: BUFFER });
  await expect(pipeline(reset(), stream)).rejects.toMatchObject({ cause: expect.any(PositionLostError) });
  await closed(stream);
  expect(stream.receipt).toBeUndefined();
  await expectPositionLost(drive);
  await drive.rewind();
});

it('a reset under a read stream ends it', async () => {
  const drive = await openDrive();
  const data = Array.from({ length: 400 }, (_, seed) => testData(RECORD, seed));
  await drive.writeFile(data, { position: 'overwrite', recordSize: RECORD });
  const stream = drive.createReadStream({ fileNumber: 0, bufferBytes: BUFFER });
  let bytes = 0;
  async function readOn() {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (bytes === 0) await resetDrive();
      bytes += chunk.length;
    }
  }
  await expect(readOn()).rejects.toBeInstanceOf(PositionLostError);
  await closed(stream);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(400 * RECORD);
  expect(stream.summary).toBeUndefined();
  await expectPositionLost(drive);
  await drive.rewind();
  expect((await collect(drive.createReadStream({ fileNumber: 0 }))).length).toBe(400 * RECORD);
});
