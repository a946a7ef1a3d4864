// Where a file is read to: what is no destination is refused, and a function's failure is not that of the tape.
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError, MediumError } from '../../src/errors/index.js';
import { markReleasing } from '../../src/streams/lending-pipe.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { testData } from '../conformance/conformance.js';
import { newPort } from './drives.js';

const RECORD = 64 * 1024;
const DATA = testData(5 * RECORD);

async function withFile() {
  const { port, drive } = await newPort();
  const tape = TapeDrive.onTransport(port.transport);
  await tape.writeFile([DATA], { recordSize: RECORD });
  return { tape, drive };
}

it.each([
  ['nothing', undefined],
  ['null', null],
  ['text', 'file.tar'],
  ['an object', {}],
  ['what can only be written to', { write: () => true }],
  ['what can only be listened to', { on: () => undefined }],
])('%s is no destination', async (_what, destination) => {
  const { tape } = await withFile();
  const attempt = tape.readFile(0, destination as unknown as Writable);
  await expect(attempt).rejects.toBeInstanceOf(InvalidArgumentError);
  await expect(attempt).rejects.toMatchObject({ next: 'Give a writable stream, or a function that reads one' });
});

it('a function reads the whole stream, and the summary is of it', async () => {
  const { tape } = await withFile();
  const parts: Buffer[] = [];
  const summary = await tape.readFile(0, async (source) => {
    for await (const chunk of source) parts.push(chunk);
  });
  expect(Buffer.concat(parts).equals(DATA)).toBe(true);
  expect(summary).toMatchObject({ records: 5, bytes: DATA.length });
});

it('a function that ends early, or fails, is the reason', async () => {
  const { tape } = await withFile();
  await expect(tape.readFile(0, async () => undefined)).rejects.toMatchObject({
    next: 'Read all of the stream before the function ends',
  });
  const broken = new Error('broken');
  await expect(tape.readFile(0, () => Promise.reject(broken))).rejects.toBe(broken);
  expect(await tape.verifyFile({ fileNumber: 0 })).toMatchObject({ records: 5 });
});

it('a failure of the tape comes first, also where the function does not look at it', async () => {
  const { tape, drive } = await withFile();
  drive.faults = [{ command: 'READ(6)', atObject: 2, outcome: { sense: { key: 3, asc: 0x11, ascq: 0 } } }];
  const attempt = tape.readFile(0, async (source) => {
    source.resume();
    await new Promise((resolve) => source.once('close', resolve));
  });
  await expect(attempt).rejects.toBeInstanceOf(MediumError);
});

it('a destination that is destroyed ends the reading, and the drive can be used', async () => {
  const { tape } = await withFile();
  const gone = new Writable({ write: (_chunk, _encoding, callback) => callback(new Error('disk full')) });
  await expect(tape.readFile(0, gone)).rejects.toThrow('disk full');
  expect(await tape.verifyFile({ fileNumber: 0 })).toMatchObject({ records: 5 });
});

describe('size of chunks', () => {
  const MIB = 1024 * 1024;
  const LONG = 24;

  async function withLongFile() {
    const { port } = await newPort();
    const tape = TapeDrive.onTransport(port.transport);
    await tape.writeFile(Array.from({ length: LONG }, () => testData(MIB)));
    return tape;
  }

  it('is 1 MiB for a consumer that may keep them', async () => {
    const tape = await withLongFile();
    const sizes: number[] = [];
    for await (const chunk of tape.createReadStream({ fileNumber: 0 })) sizes.push(chunk.length);
    expect(sizes).toEqual(Array(LONG).fill(MIB));
  });

  // The larger the chunk, the fewer the calls; one that keeps chunks would keep four times the memory.
  it.each(['says so', 'is known to'])('is 4 MiB for one that releases them, because it %s', async (why) => {
    const tape = await withLongFile();
    const sizes: number[] = [];
    const stream = tape.createReadStream({ fileNumber: 0, ...(why === 'says so' && { reuseChunks: true }) });
    const write = (chunk: Buffer, _encoding: BufferEncoding, callback: () => void) => {
      sizes.push(chunk.length);
      callback();
    };
    const destination = new Writable({ write });
    if (why === 'is known to') markReleasing(destination);
    await pipeline(stream, destination);
    expect(sizes).toEqual(Array(LONG / 4).fill(4 * MIB));
  });
});
