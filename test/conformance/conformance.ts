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
  const drive = await backend.open();
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

/** Bytes that differ from record to record, the same in every run. */
export function testData(length: number, seed = 1): Buffer {
  const data = Buffer.allocUnsafe(length);
  let state = seed * 0x9e37_79b9;
  const words = Math.ceil(length / 4);
  for (let i = 0; i < words; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    if (i * 4 + 4 <= length) data.writeUInt32LE(state, i * 4);
    else for (let b = i * 4; b < length; b += 1) data[b] = state >>> (8 * (b % 4));
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
