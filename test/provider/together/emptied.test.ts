// What the catalogue is told of a cartridge whose data is about to be lost: under each of its names, before it is lost, and
// the report says so where the catalogue does not take it.
import { expect, it, vi } from 'vitest';
import { ID, newLabelledBench } from '../support.js';
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
