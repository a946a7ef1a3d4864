import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { decodeTextMembers } from '../../src/archive/decode/text-members.js';
import type { FullCartridge } from '../../src/provider/archive/full-cartridge.js';
import { HEADER_MEMBER } from '../../src/provider/archive/part-header.js';
import { testData } from '../conformance/conformance.js';
import { type Bench, ID, labelOther, MIB, newLabelledBench, source, swapTo } from './support.js';

// What is told of an archive that may continue on other cartridges; spanning.test.ts has its data.

const OTHER = 'BB0002L8';
const SMALL = { cartridge: { barcode: ID, capacityBytes: 16 * MIB }, earlyWarningBytes: 2 * MIB };

async function headerIn({ tape }: Bench, fileNumber: number): Promise<unknown> {
  const file = await buffer(tape.createReadStream({ fileNumber }));
  return JSON.parse(decodeTextMembers(file)?.get(HEADER_MEMBER) ?? '');
}

it('an archive that fits is one part, with a checksum of CRC-32 and a name of its own', async () => {
  const bench = await newLabelledBench();
  const { provider } = bench;
  await provider.prepareForWrite(ID);
  const receipt = await provider.writeArchive(ID, source(MIB), { onEndOfMedium: () => 'never' });
  expect(receipt.parts).toHaveLength(1);
  expect(receipt).toMatchObject({ location: 2, totalBytes: MIB, totalChecksum: receipt.checksum });
  expect(receipt.checksum).toMatch(/^crc32:/);
  expect(await headerIn(bench, 1)).toEqual({
    archive: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
    part: 1,
  });
  const sealed = await provider.writeArchive(ID, source(MIB), {
    onEndOfMedium: () => 'never',
    checksum: 'sha256',
    archive: 'mine',
  });
  expect(sealed).toMatchObject({ location: 4, checksum: expect.stringMatching(/^sha256:/) });
  expect(await headerIn(bench, 3)).toMatchObject({ archive: 'mine' });
});

it('each part names the one before, and progress counts them all', async () => {
  const bench = await newLabelledBench({}, SMALL);
  const { provider } = bench;
  await labelOther(bench, OTHER, 64 * MIB);
  await provider.prepareForWrite(ID);
  const full: FullCartridge[] = [];
  const progress: number[] = [];
  const receipt = await provider.writeArchive(ID, [testData(10 * MIB), testData(10 * MIB, 2)], {
    archive: 'nightly',
    onProgress: (bytes) => progress.push(bytes),
    onEndOfMedium: async (cartridge) => {
      full.push(cartridge);
      await cartridge.eject();
      await swapTo(bench, OTHER);
      expect(await cartridge.identify()).toMatchObject({ identity: OTHER });
      await expect(cartridge.tryNext(ID)).rejects.toThrow(`the cartridge "${ID}" is full`);
      await cartridge.tryNext(OTHER);
      return OTHER;
    },
  });
  const [first, second] = receipt.parts;
  expect(receipt.parts).toHaveLength(2);
  expect(full).toMatchObject([{ archive: 'nightly', part: first, totalBytes: first?.bytes }]);
  expect((first?.bytes ?? 0) + (second?.bytes ?? 0)).toBe(20 * MIB);
  expect(progress.at(-1)).toBe(20 * MIB);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  expect(await headerIn(bench, 1)).toEqual({
    archive: 'nightly',
    part: 2,
    predecessor: { cartridge: ID, location: first?.location },
  });
  // The next archive follows on the cartridge that is in the drive now.
  expect(await provider.writeArchive(OTHER, 'text')).toMatchObject({ cartridge: OTHER, location: 3 });
});
