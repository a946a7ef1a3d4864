// What `reconcile` finds where earlier files were written anew, and a later one looks as it was.
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type Catalogue, openCatalogue, reconcile } from '../../src/catalogue/index.js';
import { CatalogueError } from '../../src/index.js';
import { ID, newLabelledBench } from '../provider/support.js';
import { type TarMember, tarOf } from '../support/tar-bytes.js';
import { temporaryFolder } from '../virtual/support.js';

const one = (member: TarMember = {}) => tarOf({ name: 'tree/one.txt', content: 'one'.repeat(2000), ...member });
const LATER = tarOf({ name: 'tree/later.txt', content: 'later'.repeat(3000) });
const RAW = Buffer.alloc(9000, 7);

/** The catalogue knows `recorded`; then another machine has labelled the cartridge anew and written `others`. */
async function rewritten(recorded: readonly Buffer[], others: readonly Buffer[]) {
  const catalogue = await openCatalogue(join(await temporaryFolder(), 'catalogue.sqlite'));
  onTestFinished(() => catalogue.close());
  let isGone = false;
  const apply: Catalogue['apply'] = async (changes) => {
    if (isGone) throw new CatalogueError('the server is gone', { reason: 'unreachable' });
    await catalogue.apply(changes);
  };
  const { provider } = await newLabelledBench({ recordSize: 4096 }, {}, { catalogue: { apply } });
  const names: string[] = [];
  const write = async (archives: readonly Buffer[]) => {
    await provider.prepareForWrite(ID);
    for (const archive of archives) names.push((await provider.writeArchive(ID, archive)).catalogued?.archive ?? '');
  };
  await write(recorded);
  if (others.length > 0) {
    isGone = true;
    await provider.initializeMedia(ID, { overwrite: ID });
    await write(others);
    isGone = false;
  }
  return { names, found: await reconcile(catalogue, provider, ID), catalogue };
}

it.each<[string, Buffer]>([
  ['another first member', one({ name: 'tree/two.txt' })],
  ['another time of the first member', one({ mtime: 1_000_000_007 })],
  ['another size', tarOf({ name: 'tree/one.txt', content: 'one'.repeat(2000) }, { name: 'tree/more.txt' })],
  ['fewer records', tarOf({ name: 'tree/one.txt', content: 'one' })],
  ['no tar archive', Buffer.alloc(one().length, 7)],
])('finds an earlier file with %s, though a later one is as it was', async (_what, other) => {
  const { names, found, catalogue } = await rewritten([one(), LATER], [other, LATER]);
  expect(found.lost).toContain(names[0]);
  const [archive] = await catalogue.archives({ archive: names[0] ?? '' });
  expect(archive?.state).toBe('lost');
  // Whatever is in its place is known now.
  expect((await catalogue.archives({ states: ['durable'] })).length).toBe(2);
});

it('agrees with what was written, and names what it knows by the size only', async () => {
  const { names, found } = await rewritten([one(), RAW, LATER, Buffer.alloc(0)], []);
  expect(found).toEqual({ durable: [], found: [], lost: [], unproven: [names[1], names[3]] });
});

it('does not claim that a file without members is proven by its size', async () => {
  const { names, found } = await rewritten([RAW, LATER], [Buffer.alloc(9000, 8), LATER]);
  expect(found).toMatchObject({ lost: [], unproven: [names[0]] });
  const longer = await rewritten([RAW, LATER], [Buffer.alloc(9001, 7), LATER]);
  expect(longer.found.lost).toContain(longer.names[0]);
});
