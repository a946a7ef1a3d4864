import { expect, it, onTestFinished } from 'vitest';
import { encodeTextMembers } from '../../src/archive/encode/text-members.js';
import { openCatalogue, reconcile } from '../../src/catalogue/index.js';
import { ID, newLabelledBench } from '../provider/support.js';
import { startPostgres } from '../support/postgres.js';

const archiveOf = (name: string) => encodeTextMembers([{ path: name, content: name.repeat(100_000) }]);

it('ends a job durable on tape when PostgreSQL is killed in the middle of it, and is reconciled later', async (context) => {
  const server = await startPostgres();
  if (server === undefined) return context.skip();
  onTestFinished(() => server.stop());
  const catalogue = await openCatalogue(await server.newDatabase(), { busyTimeoutMs: 2000 });
  onTestFinished(() => catalogue.close());
  const { provider } = await newLabelledBench({ recordSize: 4096 }, {}, { catalogue });
  await provider.prepareForWrite(ID);
  await provider.writeArchive(ID, archiveOf('before'));
  const bytes = archiveOf('killed');
  const source = async function* () {
    yield bytes.subarray(0, 70_000);
    await server.kill();
    yield bytes.subarray(70_000);
  };
  const receipt = await provider.writeArchive(ID, source(), { tags: { job: 'nightly' } });
  expect(receipt).toMatchObject({ location: 2, bytes: bytes.length });
  expect(receipt.catalogued?.failure).toMatchObject({ code: 'LTO_CATALOGUE', reason: 'unreachable' });
  await expect(catalogue.archives()).rejects.toMatchObject({ code: 'LTO_CATALOGUE', reason: 'unreachable' });
  await server.start();
  // It was begun, and nothing of it was said to be on tape.
  expect((await catalogue.archives()).map(({ state }) => state)).toEqual(['writing', 'durable']);
  const { found, lost } = await reconcile(catalogue, provider, ID);
  expect([found, lost]).toEqual([[receipt.catalogued?.archive], []]);
  expect(await catalogue.archives({ archive: found[0] })).toMatchObject([
    { state: 'durable', checksum: receipt.checksum, tags: { job: 'nightly' }, membersComplete: true },
  ]);
  expect((await catalogue.find({ pattern: 'killed' })).members).toHaveLength(1);
  // And a comparison is recorded.
  await reconcile(catalogue, provider, ID, { verify: true });
  expect(await catalogue.verifications(found[0] ?? '')).toMatchObject([{ ok: true }]);
  expect((await catalogue.archives()).map(({ state }) => state)).toEqual(['verified', 'verified']);
});
