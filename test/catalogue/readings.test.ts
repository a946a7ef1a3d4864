// A file that is read again and compared: the catalogue knows whose it is, and what its checksum should be.
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { encodeTextMembers } from '../../src/archive/encode/text-members.js';
import { type Catalogue, openCatalogue, reconcile } from '../../src/catalogue/index.js';
import { ID, newLabelledBench } from '../provider/support.js';
import { temporaryFolder } from '../virtual/support.js';
import { onEachEngine } from './engines.js';
import { archiveRecord, partRecord } from './records.js';

const CARTRIDGE = 'A00001L8';
const reading = (given: { fileNumber: number; checksum?: string; error?: string }) =>
  ({ type: 'reading', cartridge: CARTRIDGE, at: 7, ...given }) as const;

async function verified(catalogue: Catalogue, archive: string) {
  const [record] = await catalogue.archives({ archive });
  const found = await catalogue.verifications(archive);
  return { state: record?.state, found: found.map(({ ok, error }) => error ?? ok) };
}

onEachEngine((_engine, newPlace) => {
  it('is a verification of the archive that is there, if it compares with what was recorded', async () => {
    const catalogue = await (await newPlace()).open();
    const second = partRecord({ cartridge: 'A00002L8', fileNumber: 1 });
    await catalogue.apply([
      archiveRecord({ archive: 'good' }),
      archiveRecord({ archive: 'other', parts: [partRecord({ fileNumber: 2 })] }),
      archiveRecord({ archive: 'unread', parts: [partRecord({ fileNumber: 3 })] }),
      archiveRecord({ archive: 'spanned', parts: [partRecord({ fileNumber: 4 }), second] }),
      archiveRecord({ archive: 'bad', parts: [partRecord({ fileNumber: 5 })] }),
      archiveRecord({ archive: 'before', state: 'lost' }),
    ]);
    await catalogue.apply([
      reading({ fileNumber: 1, checksum: 'crc32:01234567' }),
      reading({ fileNumber: 2, checksum: 'crc32:76543210' }),
      // Of another kind: nothing is compared.
      reading({ fileNumber: 3, checksum: 'sha256:01234567' }),
      reading({ fileNumber: 4, checksum: 'crc32:01234567' }),
      reading({ fileNumber: 5, error: 'LTO_MEDIUM_ERROR' }),
      // Nobody's.
      reading({ fileNumber: 9, checksum: 'crc32:01234567' }),
    ]);
    expect(await verified(catalogue, 'good')).toEqual({ state: 'verified', found: [true] });
    expect(await verified(catalogue, 'other')).toEqual({ state: 'durable', found: ['LTO_VERIFICATION_FAILED'] });
    expect(await verified(catalogue, 'unread')).toEqual({ state: 'durable', found: [] });
    expect(await verified(catalogue, 'spanned')).toEqual({ state: 'durable', found: [] });
    expect(await verified(catalogue, 'bad')).toEqual({ state: 'durable', found: ['LTO_MEDIUM_ERROR'] });
    expect(await verified(catalogue, 'before')).toEqual({ state: 'lost', found: [] });
    // One bad part is enough.
    await catalogue.apply([reading({ fileNumber: 4, checksum: 'crc32:76543210' })]);
    expect((await verified(catalogue, 'spanned')).found).toEqual(['LTO_VERIFICATION_FAILED']);
  });
});

it('is recorded by verifyArchive of a provider that has the catalogue, and once by reconcile', async () => {
  const catalogue = await openCatalogue(join(await temporaryFolder(), 'catalogue.sqlite'));
  onTestFinished(() => catalogue.close());
  const { provider } = await newLabelledBench({ recordSize: 4096 }, {}, { catalogue });
  await provider.prepareForWrite(ID);
  const archive = () => encodeTextMembers([{ path: 'one.txt', content: 'one'.repeat(9000) }]);
  const { location, checksum: expectedChecksum, catalogued } = await provider.writeArchive(ID, archive());
  const name = catalogued?.archive ?? '';
  // A range is no whole archive, and the drive compares nothing.
  await provider.verifyArchive(ID, location, { start: 0, end: 99 });
  await provider.verifyArchive(ID, location, { inDrive: true });
  expect(await verified(catalogue, name)).toEqual({ state: 'durable', found: [] });
  await provider.verifyArchive(ID, location);
  expect(await verified(catalogue, name)).toEqual({ state: 'verified', found: [true] });
  await provider.verifyArchive(ID, location, { expectedChecksum });
  const wrong = expectedChecksum?.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
  await expect(provider.verifyArchive(ID, location, { expectedChecksum: wrong })).rejects.toThrow();
  // The caller is wrong, not the archive.
  expect((await verified(catalogue, name)).found).toEqual([true, true, true]);
  await reconcile(catalogue, provider, ID, { verify: true });
  expect((await verified(catalogue, name)).found).toHaveLength(4);
});
