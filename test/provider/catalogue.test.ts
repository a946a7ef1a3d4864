import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { encodeTextMembers } from '../../src/archive/encode/text-members.js';
import { type Catalogue, openCatalogue } from '../../src/catalogue/index.js';
import { CatalogueError } from '../../src/errors/index.js';
import type { ArchiveRecorder, CatalogueChange } from '../../src/provider/record/changes.js';
import { temporaryFolder } from '../virtual/support.js';
import { ID, MIB, newLabelledBench } from './support.js';

async function newCatalogue(): Promise<Catalogue> {
  const catalogue = await openCatalogue(join(await temporaryFolder(), 'catalogue.sqlite'));
  onTestFinished(() => catalogue.close());
  return catalogue;
}

const archiveOf = (...names: string[]) =>
  encodeTextMembers(names.map((path) => ({ path, content: `content of ${path}`.repeat(200) })));

it('records an archive with its members, and where each begins', async () => {
  const catalogue = await newCatalogue();
  const { provider } = await newLabelledBench({ recordSize: 4096 }, {}, { catalogue });
  await provider.prepareForWrite(ID);
  const bytes = archiveOf('a/one.txt', 'a/two.txt');
  const receipt = await provider.writeArchive(ID, Readable.from([bytes.subarray(0, 777), bytes.subarray(777)]), {
    tags: { job: 'nightly' },
  });
  expect(receipt.catalogued).toMatchObject({ failure: undefined });
  const [archive] = await catalogue.archives();
  expect(archive).toMatchObject({
    archive: receipt.catalogued?.archive,
    state: 'durable',
    bytes: bytes.length,
    checksum: receipt.totalChecksum,
    tags: { job: 'nightly' },
    membersComplete: true,
    members: 2,
    parts: [{ cartridge: ID, fileNumber: 1, recordSize: 4096, records: receipt.records }],
  });
  const { members } = await catalogue.find({ pattern: 'two' });
  const [two] = members;
  expect(two).toMatchObject({ path: 'a/two.txt', place: { cartridge: ID, fileNumber: 1 } });
  // Its bytes are there, and no more is read for them.
  const { offset = 0, length = 0 } = two ?? {};
  const part = await buffer(
    await provider.readArchive(ID, 1, { start: offset, end: offset + length - 1, parts: receipt.parts }),
  );
  expect(part.equals(bytes.subarray(offset, offset + length))).toBe(true);
});

it('records what is no tar archive without members', async () => {
  const catalogue = await newCatalogue();
  const { provider } = await newLabelledBench({}, {}, { catalogue });
  await provider.prepareForWrite(ID);
  await provider.writeArchive(ID, randomBytes(MIB));
  expect(await catalogue.archives()).toMatchObject([{ state: 'durable', members: 0, membersComplete: false }]);
});

it('knows nothing to be durable before it is', async () => {
  const seen: string[] = [];
  const recorder: ArchiveRecorder = {
    apply: async (changes) => {
      for (const change of changes) if (change.type === 'archive') seen.push(change.state);
    },
  };
  const { provider, virtual } = await newLabelledBench({}, {}, { catalogue: recorder });
  await provider.prepareForWrite(ID);
  await provider.writeArchive(ID, archiveOf('a'));
  expect(seen).toEqual(['writing', 'durable']);
  await provider.prepareForWrite(ID);
  virtual.faults = [{ command: 'WRITE FILEMARKS(6)', outcome: { sense: { key: 3, asc: 0x0c, ascq: 0 } } }];
  await expect(provider.writeArchive(ID, archiveOf('b'))).rejects.toThrow();
  expect(seen.slice(2)).toEqual(['writing', 'lost']);
});

it('moves the archives of a session from buffered to durable', async () => {
  const catalogue = await newCatalogue();
  const { provider } = await newLabelledBench({}, {}, { catalogue });
  await provider.prepareForWrite(ID);
  const session = await provider.writeSession(ID, { commit: { files: 100 } });
  const written = [];
  for (let index = 0; index < 20; index += 1) {
    written.push(await session.writeArchive(archiveOf(`s/${index}.txt`), { archive: `number ${index}` }));
  }
  await session.commit();
  const receipts = await Promise.all(written.map(({ durable }) => durable));
  expect(receipts.every(({ catalogued }) => catalogued?.failure === undefined)).toBe(true);
  const archives = await catalogue.archives({ cartridge: ID });
  expect(archives.map(({ state }) => state)).toEqual(Array(20).fill('durable'));
  expect(archives.map(({ tags }) => tags?.archive)).toEqual(written.map(({ archive }) => archive));
  expect((await catalogue.find({ pattern: 's/*.txt' })).members).toHaveLength(20);
  await session.close();
});

it('ends the job on tape when the catalogue goes away, and says so in the receipt', async () => {
  let isGone = false;
  const told: CatalogueChange[] = [];
  const recorder: ArchiveRecorder = {
    apply: async (changes) => {
      if (isGone) throw new CatalogueError('the server is gone', { reason: 'unreachable' });
      told.push(...changes);
    },
  };
  const { provider } = await newLabelledBench({}, {}, { catalogue: recorder });
  await provider.prepareForWrite(ID);
  isGone = true;
  const receipt = await provider.writeArchive(ID, archiveOf('a'));
  expect(receipt.catalogued?.failure).toMatchObject({ code: 'LTO_CATALOGUE', reason: 'unreachable' });
  expect(receipt.location).toBe(1);
  isGone = false;
  expect((await provider.writeArchive(ID, archiveOf('b'))).catalogued?.failure).toBeUndefined();
  expect(
    (await buffer(await provider.readArchive(ID, 1))).subarray(0, 100).equals(archiveOf('a').subarray(0, 100)),
  ).toBe(true);
});

it('has no more of a cartridge that is labelled again', async () => {
  const catalogue = await newCatalogue();
  const { provider } = await newLabelledBench({}, {}, { catalogue });
  await provider.prepareForWrite(ID);
  await provider.writeArchive(ID, archiveOf('a'));
  await provider.initializeMedia(ID, { overwrite: ID });
  expect((await catalogue.archives()).map(({ state }) => state)).toEqual(['lost']);
});

it('refuses what is no catalogue, and tags that are no text', async () => {
  for (const catalogue of [null, 7, 'file', {}, { apply: 7 }]) {
    await expect(newLabelledBench({}, {}, { catalogue } as never)).rejects.toMatchObject({
      code: 'LTO_INVALID_ARGUMENT',
    });
  }
  const { provider } = await newLabelledBench({}, {}, { catalogue: await newCatalogue() });
  await provider.prepareForWrite(ID);
  for (const tags of [null, 7, [], { a: 7 }]) {
    await expect(provider.writeArchive(ID, 'text', { tags } as never)).rejects.toMatchObject({
      code: 'LTO_INVALID_ARGUMENT',
    });
  }
});
