import { createHash } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { afterEach, it } from 'vitest';
import type { TapeDrive } from '../../src/tape/tape-drive.js';
import { type Capability, selectedBackend } from './backend.js';

export const backend = selectedBackend();

let opened: TapeDrive[] = [];

afterEach(async () => {
  const drives = opened;
  opened = [];
  for (const drive of drives) await drive.close();
  await backend.clean();
});

/** A drive with an overwritable cartridge at its beginning; closed after the test. */
export async function openDrive(): Promise<TapeDrive> {
  return closedAfterTest(await backend.open());
}

export function closedAfterTest(drive: TapeDrive): TapeDrive {
  opened.push(drive);
  return drive;
}

/** A test that runs on every backend that has what it needs. */
export function conforms(
  name: string,
  needs: readonly Capability[],
  test: () => Promise<void>,
  timeout?: number,
): void {
  const lacking = needs.filter((capability) => backend.lacks.has(capability));
  const title = lacking.length > 0 ? `${name} (lacking on ${backend.name}: ${lacking.join(', ')})` : name;
  it.skipIf(lacking.length > 0)(title, test, timeout);
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
