import { pipeline } from 'node:stream/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { EndOfMediumError } from '../../src/errors/index.js';
import type { WriteStreamOptions } from '../../src/tape/stream/write/write-options.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import type { Fault, Trait, VirtualDrive } from '../../src/virtual/index.js';
import { closed, collect, testData } from '../conformance/conformance.js';
import { newDriveFolder } from '../virtual/support.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const RECORD = 64 * KIB;
/** Records of a cartridge. */
const FITTING = 4 * MIB;

async function newDrive(traits: readonly Trait[]): Promise<{ tape: TapeDrive; drive: VirtualDrive }> {
  const folder = await newDriveFolder({ traits, cartridge: { capacityBytes: FITTING }, earlyWarningBytes: MIB });
  const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
  const tape = TapeDrive.onTransport(transport);
  onTestFinished(() => tape.close());
  await tape.rewind();
  return { tape, drive: transport.drive };
}

async function* records(count: number): AsyncGenerator<Buffer> {
  for (let i = 0; i < count; i += 1) yield testData(RECORD, i);
}

/** Writes so many records, which do not all fit, and what came of it. */
async function write(tape: TapeDrive, count: number, options: WriteStreamOptions = {}) {
  const stream = tape.createWriteStream({ recordSize: RECORD, ...options });
  const error: unknown = await pipeline(records(count), stream).catch((reason: unknown) => reason);
  await closed(stream);
  return { stream, error };
}

/** The error is that of a full tape, and tells exactly what can be read. */
async function expectSafe(tape: TapeDrive, error: unknown): Promise<number> {
  expect(error).toBeInstanceOf(EndOfMediumError);
  const { safe } = error as EndOfMediumError;
  expect(safe).toMatchObject({ bytes: safe.records * RECORD, filemark: true });
  const written = await collect(tape.createReadStream({ fileNumber: 0 }));
  expect(written.equals(Buffer.concat(await collectAll(safe.records)))).toBe(true);
  expect(await tape.spaceToEndOfData()).toEqual({ end: 'filemark', fileNumber: 1 });
  return safe.records;
}

async function collectAll(count: number): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for await (const record of records(count)) all.push(record);
  return all;
}

describe('a drive that answers VOLUME OVERFLOW with a residual of 0', () => {
  it('is at the end of the medium, and what is safe is what is on tape', async () => {
    const { tape } = await newDrive(['overflow-without-residual']);
    const { error } = await write(tape, 100);
    expect(await expectSafe(tape, error)).toBe(63);
  });

  it('also where the record that was not taken is the last of the source', async () => {
    const { tape } = await newDrive(['overflow-without-residual']);
    const { error, stream } = await write(tape, 64);
    expect(stream.receipt).toBeUndefined();
    expect(await expectSafe(tape, error)).toBe(63);
  });

  it('also without an early-warning zone', async () => {
    const { tape } = await newDrive(['overflow-without-residual', 'no-early-warning']);
    const { error } = await write(tape, 100);
    await expectSafe(tape, error);
  });
});

describe('an early-warning zone smaller than the default allowance', () => {
  it.each([['small-early-warning'], ['no-early-warning']] as const)('of %s loses nothing', async (trait) => {
    const { tape } = await newDrive([trait]);
    const { error } = await write(tape, 100);
    expect(await expectSafe(tape, error)).toBe(63);
  });

  it('gives the filemark the place of the last record where there is no room for it', async () => {
    const overflow: Fault = {
      command: 'WRITE FILEMARKS(6)',
      times: 1,
      outcome: { sense: { key: 0xd, asc: 0, ascq: 2, endOfMedium: true } },
    };
    const { tape, drive } = await newDrive(['small-early-warning']);
    drive.faults = [overflow];
    expect(await expectSafe(tape, (await write(tape, 100)).error)).toBe(62);
    // The same when the source ends just there.
    await tape.rewind();
    drive.faults = [{ ...overflow, times: 2 }];
    const { error } = await write(tape, 63, { position: 'overwrite' });
    expect(await expectSafe(tape, error)).toBe(62);
  });
});

it('a position that lags before the end of the medium is still the work of another program', async () => {
  const { tape, drive } = await newDrive([]);
  drive.faults = [{ command: 'WRITE(6)', atObject: 9, times: 1, outcome: { good: true } }];
  const { error } = await write(tape, 10);
  expect(error).toMatchObject({ code: 'LTO_POSITION_MISMATCH' });
});
