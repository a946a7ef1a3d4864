// What Readable splits and joins: the memory of a part that somebody holds is not filled again.
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { expect, it } from 'vitest';
import { testData } from '../conformance/conformance.js';
import { temporaryFolder } from '../virtual/support.js';
import { newTapeDrive } from './drives.js';

const DATA = testData(40 * 2 ** 20);
const HEAD = 512;

it.each([false, true])('a head that was looked at, put back (%s) or kept', async (isPutBack) => {
  const tape = await newTapeDrive({ cartridge: { capacityBytes: 512e6 } });
  await tape.writeFile([DATA]);
  const stream = tape.createReadStream({ fileNumber: 0 });
  const head = await new Promise<Buffer>((resolve) => {
    stream.once('readable', () => resolve(stream.read(HEAD) as Buffer));
  });
  if (isPutBack) stream.unshift(head);
  const path = join(await temporaryFolder(), 'out');
  await pipeline(stream, createWriteStream(path));
  expect(head.equals(DATA.subarray(0, HEAD))).toBe(true);
  expect((await readFile(path)).equals(isPutBack ? DATA : DATA.subarray(HEAD))).toBe(true);
});
