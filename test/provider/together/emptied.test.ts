// What the catalogue is told of a cartridge whose data is about to be lost: under each of its names, before it is lost, and
// the report says so where the catalogue does not take it.
import { expect, it, onTestFinished, vi } from 'vitest';
import { MediumChangedError } from '../../../src/errors/index.js';
import { LtoProvider } from '../../../src/provider/provider.js';
import { newLibraryBench } from '../library/support.js';
import { ID, labelOther, MIB, newLabelledBench, swapTo } from '../support.js';
import { content, listener, overwritten } from './support.js';

async function withArchive() {
  const { told, state, catalogue } = listener();
  const bench = await newLabelledBench({}, {}, { catalogue });
  await bench.provider.prepareForWrite(ID);
  await bench.provider.writeArchive(ID, [content(1)]);
  told.length = 0;
  return { ...bench, told, state };
}

it('with a new name: the old one has nothing any more', async () => {
  const { provider, told } = await withArchive();
  await provider.initializeMedia('NEW001L8', { overwrite: ID });
  expect(overwritten(told)).toEqual([`${ID} 0`, 'NEW001L8 0']);
});

it('by its short name: the name that it was recorded under has nothing any more', async () => {
  const { provider, told } = await withArchive();
  await provider.erase('AA0001');
  expect(overwritten(told)).toContain(`${ID} 0`);
});

it('archives are recorded under the name of the label, whichever name is given', async () => {
  const { provider } = await withArchive();
  await provider.prepareForWrite('AA0001');
  expect(await provider.writeArchive('AA0001', [content(2)])).toMatchObject({ cartridge: ID });
});

it('also where what follows the erasing fails', async () => {
  const { provider, tape, virtual, told } = await withArchive();
  const erase = tape.erase.bind(tape);
  vi.spyOn(tape, 'erase').mockImplementation(async (options) => {
    await erase(options);
    virtual.faults = [{ command: 'READ ATTRIBUTE', outcome: { sense: { key: 4, asc: 0x44, ascq: 0 } } }];
  });
  await expect(provider.erase(ID)).rejects.toThrow();
  virtual.faults = [];
  expect(overwritten(told)).toContain(`${ID} 0`);
});

it('not for a cartridge that was refused', async () => {
  const { provider, told } = await withArchive();
  await expect(provider.erase('BB0002L8')).rejects.toThrow();
  await expect(provider.initializeMedia('NEW001L8')).rejects.toThrow();
  expect(overwritten(told)).toEqual([]);
});

it('a catalogue that does not take it is named in the report', async () => {
  const { provider, state } = await withArchive();
  state.fails = true;
  const failure = { catalogueFailure: expect.objectContaining({ code: 'LTO_CATALOGUE' }) };
  expect(await provider.clear(ID)).toMatchObject(failure);
  expect(await provider.erase(ID)).toMatchObject(failure);
  state.fails = false;
  expect(await provider.initializeMedia(ID)).not.toHaveProperty('catalogueFailure');
});

it('not for one that the drive is told not to overwrite', async () => {
  const { provider, tape, told } = await withArchive();
  await tape.configure({ appendOnly: true });
  await expect(provider.clear(ID)).rejects.toMatchObject({ code: 'LTO_WRITE_PROTECTED' });
  await expect(provider.erase(ID)).rejects.toMatchObject({ code: 'LTO_WRITE_PROTECTED' });
  expect(overwritten(told)).toEqual([]);
  expect(await provider.verifyArchive(ID, 1)).toMatchObject({ bytes: 10_000 });
});

it('not for one that was replaced while the catalogue was told', async () => {
  const bench = await withArchive();
  const other = new LtoProvider(
    { devicePath: bench.device },
    { catalogue: { apply: () => swapTo(bench, 'BB0002L8') } },
  );
  onTestFinished(() => other.close());
  await labelOther(bench, 'BB0002L8');
  await expect(other.erase(ID)).rejects.toBeInstanceOf(MediumChangedError);
  expect(await bench.provider.identifyMedia({ allowIntrusive: true })).toMatchObject({ label: 'BB0002L8' });
});

it('what the next cartridge of an archive held is overwritten from the header of the part on', async () => {
  const { told, catalogue } = listener();
  const { provider, virtual } = await newLibraryBench({}, {}, { catalogue });
  const [first = '', second = ''] = virtual.elements.flatMap(({ cartridge }) => cartridge ?? []);
  for (const id of [first, second]) await provider.initializeMedia(id);
  told.length = 0;
  const chunks = Array.from({ length: 60 }, (_, index) => content(index, MIB));
  const { parts } = await provider.writeArchive(first, chunks, { onEndOfMedium: () => second });
  expect(parts.map(({ location }) => location)).toEqual([2, 2]);
  const places = [...new Set(overwritten(told))];
  expect(places).toEqual([`${first} 1`, `${second} 1`]);
});
