// Sessions beside an index, a catalogue and a library.
import { expect, it } from 'vitest';
import { encodeTextMembers } from '../../../src/archive/encode/text-members.js';
import { BufferedDataLostError } from '../../../src/errors/index.js';
import type { CatalogueChange } from '../../../src/provider/record/changes.js';
import { newLibraryBench } from '../library/support.js';
import { ID, MIB, newLabelledBench } from '../support.js';
import { content, listener } from './support.js';

const LARGE_BUFFER = { bufferBytes: 64 * MIB };

it.each([false, true])('close() rejects where archives were lost, with an index (%s) too', async (indexArchive) => {
  const { provider, virtual } = await newLabelledBench({ indexArchive }, LARGE_BUFFER);
  await provider.prepareForWrite(ID);
  const session = await provider.writeSession(ID);
  const archives = [await session.writeArchive([content(1)]), await session.writeArchive([content(2)])];
  await virtual.cutPower();
  await expect(session.close()).rejects.toBeInstanceOf(BufferedDataLostError);
  for (const { durable } of archives) await expect(durable).rejects.toBeInstanceOf(BufferedDataLostError);
});

it('members that the catalogue did not take go along with the proof', async () => {
  const { told, state, catalogue } = listener();
  const { provider } = await newLabelledBench({}, LARGE_BUFFER, { catalogue });
  await provider.prepareForWrite(ID);
  const session = await provider.writeSession(ID);
  async function* source() {
    yield encodeTextMembers([
      { path: 'a.txt', content: 'hello' },
      { path: 'b.txt', content: 'x' },
    ]);
    state.fails = true;
  }
  const archive = await session.writeArchive(source());
  // The receipt of the buffered archive is refused, whenever it is passed on.
  await new Promise((resolve) => setTimeout(resolve, 50));
  state.fails = false;
  await session.close();
  expect(await archive.durable).toMatchObject({ catalogued: { failure: undefined } });
  const members = told.flatMap((change) => (change.type === 'members' ? change.members : []));
  expect(members.map(({ path }) => path)).toEqual(['a.txt', 'b.txt']);
});

it('members in several changes are numbered through', async () => {
  const { told, catalogue } = listener();
  const { provider } = await newLabelledBench({}, LARGE_BUFFER, { catalogue });
  await provider.prepareForWrite(ID);
  const files = Array.from({ length: 25_000 }, (_, i) => ({ path: `${i}`, content: '' }));
  await provider.writeArchive(ID, [encodeTextMembers(files)]);
  let next = 0;
  for (const change of told) {
    if (change.type !== 'members') continue;
    expect(change.first).toBe(next);
    next += change.members.length;
  }
  expect(next).toBe(files.length);
});

it('a verified archive is told with its checksum', async () => {
  const { told, catalogue } = listener();
  const { provider } = await newLabelledBench({}, {}, { catalogue });
  await provider.prepareForWrite(ID);
  const { location, checksum } = await provider.writeArchive(ID, [content(1)]);
  await provider.verifyArchive(ID, location);
  await provider.close();
  expect(told).toContainEqual(expect.objectContaining({ type: 'reading', fileNumber: location, checksum }));
});

async function inLibrary() {
  const { provider, virtual } = await newLibraryBench({}, { drives: 1 });
  const ids = virtual.elements.flatMap(({ cartridge, type }) => (cartridge && type === 'slot' ? [cartridge] : []));
  const [one = '', two = ''] = ids;
  await provider.initializeMedia(one);
  await provider.initializeMedia(two);
  return { provider, one, two };
}

it('a session that is closed twice lets its drive go once', async () => {
  const { provider, one, two } = await inLibrary();
  const first = await provider.writeSession(one);
  await first.writeArchive([content(1)]);
  await first.close();
  await first.close();
  const session = await provider.writeSession(one);
  await session.writeArchive([content(2)]);
  const other = provider.prepareForWrite(two);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await session.writeArchive([content(3)])).toMatchObject({ location: 3 });
  await session.close();
  await other;
});

it('finalizing a cartridge that a session holds waits for it no longer than its signal', async () => {
  const { provider, one } = await inLibrary();
  const session = await provider.writeSession(one);
  await session.writeArchive([content(1)]);
  const reason = new Error('no more time');
  const timer = new AbortController();
  setTimeout(() => timer.abort(reason), 300);
  await expect(provider.finalizeMedia(one, { signal: timer.signal })).rejects.toBe(reason);
  expect(await session.writeArchive([content(2)])).toMatchObject({ location: 2 });
  await session.close();
});

it('members that the catalogue refuses for ever are missed in the receipt', async () => {
  const told: CatalogueChange[] = [];
  // The durable outcome comes while the catalogue still thinks about the buffered one.
  const apply = async (changes: readonly CatalogueChange[]) => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (changes.some(({ type }) => type === 'members')) throw new Error('the disk is full');
    told.push(...changes);
  };
  const { provider } = await newLabelledBench({}, LARGE_BUFFER, { catalogue: { apply } });
  await provider.prepareForWrite(ID);
  const session = await provider.writeSession(ID);
  const archive = await session.writeArchive([encodeTextMembers([{ path: 'a.txt', content: 'hello' }])]);
  await session.close();
  expect(await archive.durable).toMatchObject({ catalogued: { failure: { code: 'LTO_CATALOGUE' } } });
  expect(told.filter((change) => change.type === 'archive' && change.state === 'durable')).toEqual([]);
});
