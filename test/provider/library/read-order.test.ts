// Many archives of several cartridges: each cartridge is brought once, and on it the archives are read as planned.
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { testData } from '../../conformance/conformance.js';
import { newLibraryBench } from './support.js';

const [A, B, C] = ['A00001L8', 'A00002L8', 'A00003L8'] as const;
const EACH = 4;
const BYTES = 100_000;

it('reads archives of three cartridges with one drive: each is brought once', async () => {
  const { provider, events } = await newLibraryBench({ recordSize: 4096 }, { drives: 1 });
  const written: { cartridge: string; location: number; parts: readonly never[]; content: Buffer }[] = [];
  for (const [at, cartridge] of [A, B, C].entries()) {
    await provider.initializeMedia(cartridge);
    await provider.prepareForWrite(cartridge);
    for (let number = 0; number < EACH; number += 1) {
      const content = testData(BYTES, at * EACH + number);
      const { location, parts } = await provider.writeArchive(cartridge, [content]);
      written.push({ cartridge, location, parts: parts as readonly never[], content });
    }
  }
  events.length = 0;
  // In turns, the last archive of each first: as bad as an order can be.
  const wanted = Array.from({ length: EACH * 3 }, (_, at) => {
    const one = written[(at % 3) * EACH + (EACH - 1 - Math.floor(at / 3))];
    if (one === undefined) throw new Error('there are no more');
    return one;
  });
  const read: string[] = [];
  const { order, cartridges } = await provider.readArchives(wanted, async (stream, archive, index) => {
    expect((await buffer(stream)).equals(wanted[index]?.content ?? Buffer.alloc(0))).toBe(true);
    read.push(`${archive.cartridge}:${archive.location}`);
  });
  expect([...order].sort((one, other) => one - other)).toEqual([...wanted.keys()]);
  expect(order.map((index) => `${wanted[index]?.cartridge}:${wanted[index]?.location}`)).toEqual(read);
  expect([...cartridges].sort()).toEqual([A, B, C]);
  const brought = events.flatMap((event) => (event.type === 'brought' && event.moved ? [event.barcode] : []));
  expect(brought.length).toBeLessThanOrEqual(3);
  expect(new Set(brought).size).toBe(brought.length);
  // On one cartridge after the other, and on each from the beginning to the end.
  const locations = written.map(({ location }) => location).slice(0, EACH);
  expect(read).toEqual(cartridges.flatMap((cartridge) => locations.map((location) => `${cartridge}:${location}`)));
});

it('ends at an archive that its handler refuses, and leaves the drive free', async () => {
  const { provider } = await newLibraryBench({ recordSize: 4096 }, { drives: 1 });
  await provider.initializeMedia(A);
  await provider.prepareForWrite(A);
  const wanted = [];
  for (let number = 0; number < 3; number += 1) {
    const { location } = await provider.writeArchive(A, [testData(BYTES, number)]);
    wanted.push({ cartridge: A, location });
  }
  const refused = new Error('no');
  let calls = 0;
  const reading = provider.readArchives(wanted, () => {
    calls += 1;
    if (calls === 2) throw refused;
  });
  await expect(reading).rejects.toBe(refused);
  expect(calls).toBe(2);
  expect((await buffer(await provider.readArchive(A, 1))).equals(testData(BYTES, 0))).toBe(true);
});
