// A cartridge has one place in a catalogue, whichever of its names is given: ABC001 and ABC001L8 are the same.
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { encodeTextMembers } from '../../src/archive/encode/text-members.js';
import { openCatalogue, rebuild, reconcile } from '../../src/catalogue/index.js';
import { newBench } from '../provider/support.js';
import { temporaryFolder } from '../virtual/support.js';

const LABEL = 'ABC001L8';
const SHORT = 'ABC001';

it('is known by its label to reconcile, rebuild and verifyArchive', async () => {
  const catalogue = await openCatalogue(join(await temporaryFolder(), 'catalogue.sqlite'));
  onTestFinished(() => catalogue.close());
  const { provider } = await newBench({}, { cartridge: { barcode: LABEL } }, { catalogue });
  await provider.initializeMedia(LABEL);
  await provider.prepareForWrite(LABEL);
  const { catalogued } = await provider.writeArchive(LABEL, encodeTextMembers([{ path: 'a.txt', content: 'a' }]));
  const one = async () => {
    expect((await catalogue.cartridges()).map(({ cartridge }) => cartridge)).toEqual([LABEL]);
    const archives = await catalogue.archives();
    expect(archives.map(({ archive }) => archive)).toEqual([catalogued?.archive]);
    return archives[0]?.state;
  };
  expect(await provider.proveCartridge(SHORT)).toBe(LABEL);
  expect(await reconcile(catalogue, provider, SHORT)).toMatchObject({ durable: [], found: [], lost: [] });
  expect(await one()).toBe('durable');
  await provider.verifyArchive(SHORT, 1);
  expect(await one()).toBe('verified');
  const rebuilt = await rebuild(catalogue, provider, [SHORT, LABEL]);
  expect(rebuilt).toEqual({ fromIndex: [], found: [catalogued?.archive], lost: [] });
  expect(await one()).toBe('verified');
  await expect(reconcile(catalogue, provider, 'ABC002')).rejects.toMatchObject({ code: 'LTO_LABEL' });
});

it('is found in its own index, whichever name is given', async () => {
  const catalogue = await openCatalogue(join(await temporaryFolder(), 'catalogue.sqlite'));
  onTestFinished(() => catalogue.close());
  const { provider } = await newBench({ indexArchive: true }, { cartridge: { barcode: LABEL } });
  await provider.initializeMedia(LABEL);
  await provider.prepareForWrite(LABEL);
  await provider.writeArchive(LABEL, encodeTextMembers([{ path: 'a.txt', content: 'a' }]));
  expect(await rebuild(catalogue, provider, [SHORT])).toMatchObject({ fromIndex: [expect.any(String)], found: [] });
  expect((await catalogue.cartridges()).map(({ cartridge }) => cartridge)).toEqual([LABEL]);
});
