import { createHash } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { RecordTooLargeError } from '../../src/errors/index.js';
import { openTransport } from '../../src/tape/open/open-transport.js';
import type { WriteStreamOptions } from '../../src/tape/stream/write/write-options.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import type { Transport } from '../../src/transport/transport.js';
import { selectedBackend } from './backend.js';
import type { Capability, Effect } from './capabilities.js';

export const backend = selectedBackend();

const USUAL_RECORD = 256 * 1024;

/** Bytes of a record where nothing is said, as far as the path carries them. */
export const RECORD = Math.min(USUAL_RECORD, backend.transferLimit ?? USUAL_RECORD);

declare module 'vitest' {
  interface TaskMeta {
    /** For the matrix; see matrix-reporter.ts. */
    conformance?: {
      readonly backend: string;
      readonly needs: readonly Capability[];
      readonly lacking: readonly Capability[];
    };
  }
}

let opened: TapeDrive[] = [];
let running: Effect | undefined;

/** Not a hook of the file: several files of tests may share this module. */
async function cleanUp(): Promise<void> {
  const [drives, effect] = [opened, running];
  opened = [];
  running = undefined;
  for (const drive of drives) await drive.close();
  if (effect !== undefined) await backend.clean(effect);
}

/** A drive with a cartridge that the running test may use as it has declared; closed after the test. */
export async function openDrive(): Promise<TapeDrive> {
  if (running === undefined) throw new Error('only a conformance test that runs may open the drive');
  return closedAfterTest(await backend.open(running));
}

/** A drive at the beginning of its tape, with the transport below it, to do what others do to the drive. */
export async function openBoth(): Promise<{ readonly drive: TapeDrive; readonly transport: Transport }> {
  const first = await openDrive();
  const { device } = first;
  await first.close();
  const transport = await openTransport(device);
  const drive = closedAfterTest(TapeDrive.onTransport(transport));
  await drive.rewind();
  return { drive, transport };
}

export function closedAfterTest(drive: TapeDrive): TapeDrive {
  opened.push(drive);
  return drive;
}

/** A test that overwrites the cartridge, and runs on every backend that has what it needs. */
export function conforms(
  name: string,
  needs: readonly Capability[],
  test: () => Promise<void>,
  timeout?: number,
): void {
  declare('writes', name, needs, test, timeout);
}

/** A test that only asks: the tape is not moved and no setting changed. */
export function answers(name: string, needs: readonly Capability[], test: () => Promise<void>): void {
  declare('asks', name, needs, test);
}

/** A test that moves the tape and writes nothing. */
export function moves(name: string, needs: readonly Capability[], test: () => Promise<void>): void {
  declare('moves', name, needs, test);
}

function declare(
  effect: Effect,
  name: string,
  needs: readonly Capability[],
  test: () => Promise<void>,
  timeout?: number,
): void {
  const lacking = needs.filter((capability) => backend.lacks.has(capability));
  const why = lacking.length > 0 ? ` (lacking on ${backend.name}: ${lacking.join(', ')})` : '';
  const meta = { conformance: { backend: backend.name, needs, lacking } };
  const skip = lacking.length > 0 || !backend.allows.has(effect);
  const limit = timeout === undefined || backend.slow ? {} : { timeout };
  it(`${name}${why}`, { meta, skip, ...limit }, async () => {
    running = effect;
    onTestFinished(cleanUp);
    await test();
  });
}

const PATTERN = createHash('sha512').update('node-lto').digest();
const STAMP_EVERY = 512;

/** Bytes that differ from block to block and from seed to seed, the same in every run. */
export function testData(length: number, seed = 1): Buffer {
  const data = Buffer.alloc(length, PATTERN);
  for (let offset = 0; offset + 8 <= length; offset += STAMP_EVERY) {
    data.writeUInt32LE(seed, offset);
    data.writeUInt32LE(offset, offset + 4);
  }
  return data;
}

/** Cuts data into chunks of the given sizes, over and over. */
export function* chunksOf(data: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let offset = 0, i = 0; offset < data.length; i += 1) {
    const size = sizes[i % sizes.length] ?? data.length;
    yield data.subarray(offset, offset + size);
    offset += size;
  }
}

/**
 * Writes a file in records of that size. Where the path does not carry them this has to be told before anything is
 * written, with the largest size that goes, and the file is written with that one: its size is returned.
 */
export async function writeInRecords(
  drive: TapeDrive,
  data: Buffer,
  { recordSize, ...options }: WriteStreamOptions & { readonly recordSize: number },
): Promise<number> {
  const before = await drive.status();
  const refused: unknown = await drive.writeFile([data], { ...options, recordSize }).then(
    () => undefined,
    (error: unknown) => error,
  );
  const { transferLimit = refused === undefined ? recordSize : 0 } = backend;
  if (refused === undefined && recordSize <= transferLimit) return recordSize;
  expect(refused).toBeInstanceOf(RecordTooLargeError);
  const { largest } = refused as RecordTooLargeError;
  expect(refused).toMatchObject({ offered: recordSize, limit: 'path', next: expect.stringContaining(`${largest}`) });
  if (transferLimit > 0) expect(largest).toBe(transferLimit);
  // Nothing was written, and the tape stands where it did.
  expect(await drive.status()).toMatchObject({ fileNumber: before.fileNumber });
  await drive.writeFile([data], { ...options, recordSize: largest });
  return largest;
}

/** All bytes of a readable. */
export async function collect(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Resolves when a stream has closed, whatever it closed with. */
export async function closed(stream: Readable | Writable): Promise<void> {
  if (!stream.closed) await new Promise<void>((resolve) => stream.once('close', resolve));
}
