import { describe, expect, it } from 'vitest';
import { BufferedDataLostError } from '../../src/errors/index.js';
import { generateKey } from '../../src/keys/data-key.js';
import { MemoryKeyStore } from '../../src/keys/memory-key-store.js';
import { LtoProvider } from '../../src/provider/provider.js';
import type { CatalogueChange } from '../../src/provider/record/changes.js';
import { isPending, operationsOf } from '../tape/session/support.js';
import { ID, MIB, newLabelledBench } from './support.js';

const BUFFER = { bufferBytes: 64 * MIB };

function archive(number: number, bytes = 10_000): Buffer {
  return Buffer.alloc(bytes, number);
}

describe('a session of archives', () => {
  it('fails an archive with its own error, with a catalogue and without, and goes on', async () => {
    const states: string[] = [];
    const apply = async (changes: readonly CatalogueChange[]) => {
      for (const change of changes) if (change.type === 'archive') states.push(change.state);
    };
    for (const options of [{}, { catalogue: { apply } }]) {
      const { provider, device } = await newLabelledBench({}, BUFFER, options);
      await provider.prepareForWrite(ID);
      const session = await provider.writeSession(ID);
      const tags = { tags: { job: 7 } } as never;
      await expect(session.writeArchive([archive(1)], tags)).rejects.toMatchObject({ operation: 'write', device });
      const broken = new Error('the source broke');
      const breaking = (async function* () {
        yield archive(1);
        throw broken;
      })();
      await expect(session.writeArchive(breaking)).rejects.toMatchObject({ cause: broken });
      await provider.prepareForWrite(ID, { closeUnterminated: true });
      await session.close().catch(() => undefined);
      await provider.close();
    }
    expect(states).toEqual(['writing', 'lost']);
  });

  it('gives receipts at once, and archives that are proven at its end', async () => {
    const { provider } = await newLabelledBench({}, BUFFER);
    await provider.prepareForWrite(ID);
    const session = await provider.writeSession(ID);
    const receipts = [];
    for (let number = 1; number <= 3; number += 1) {
      receipts.push(await session.writeArchive([archive(number)], { archive: `a${number}` }));
    }
    expect(receipts[1]).toMatchObject({
      archive: 'a2',
      state: 'buffered',
      cartridge: ID,
      location: 2,
      totalBytes: 10_000,
    });
    expect(await isPending(receipts[0]?.durable ?? Promise.reject())).toBe(true);
    await session.close();
    for (const { durable, location, checksum } of receipts) {
      expect(await durable).toMatchObject({ location, cartridge: ID });
      await provider.verifyArchive(ID, location, { expectedChecksum: checksum });
    }
    await provider.prepareForWrite(ID);
    expect(await provider.writeArchive(ID, [archive(4)])).toMatchObject({ location: 4 });
  });

  it('commits before an archive is read or verified and before the cartridge goes out, and goes on', async () => {
    const { provider } = await newLabelledBench({}, BUFFER);
    await provider.prepareForWrite(ID);
    const session = await provider.writeSession(ID);
    const first = await session.writeArchive([archive(1)]);
    expect(await provider.verifyArchive(ID, 1)).toMatchObject({ bytes: 10_000 });
    expect(await isPending(first.durable)).toBe(false);
    const second = await session.writeArchive([archive(2)]);
    expect(second).toMatchObject({ location: 2, state: 'buffered' });
    await provider.finalizeMedia(ID);
    expect(await second.durable).toMatchObject({ location: 2 });
    await expect(session.writeArchive([archive(3)])).rejects.toThrow();
  });

  it('asks nothing for an archive that the drive would have to wait for', async () => {
    const { provider } = await newLabelledBench({}, BUFFER);
    await provider.prepareForWrite(ID);
    const session = await provider.writeSession(ID);
    await session.writeArchive([archive(1)]);
    const operations = await operationsOf(() => session.writeArchive([archive(2)]));
    expect(operations.toSorted()).toEqual(['MTWEOFI 1', 'write']);
    await session.close();
  });

  it('encrypts with the configured key, and proves it at the commit', async () => {
    const keyStore = new MemoryKeyStore();
    await keyStore.put('k', generateKey());
    const { provider, tape } = await newLabelledBench({ encryptionKeyId: 'k' }, BUFFER, { keyStore });
    await provider.prepareForWrite(ID);
    const session = await provider.writeSession(ID);
    const first = await session.writeArchive([archive(1)]);
    expect(first).toMatchObject({ encryptionKeyId: 'k' });
    await session.commit();
    await first.durable;
    await tape.locateFile(1);
    expect(await tape.encryption.nextBlock()).toMatchObject({ encryption: 'decryptable' });
    await session.close();
  });

  it('writes nothing plain when another provider that shares the key lets the drive go', async () => {
    const keyStore = new MemoryKeyStore();
    await keyStore.put('k', generateKey());
    const configuration = { encryptionKeyId: 'k' };
    const { provider, tape, device } = await newLabelledBench(configuration, BUFFER, { keyStore });
    await provider.prepareForWrite(ID);
    const session = await provider.writeSession(ID);
    await session.writeArchive([archive(1)]);
    const other = new LtoProvider({ devicePath: device, ...configuration }, { keyStore, open: async () => tape });
    await other.isWriteProtected();
    await other.close();
    await session.writeArchive([archive(2)]);
    await session.close();
    await tape.encryption.disable();
    for (const fileNumber of [1, 2]) {
      await expect(tape.verifyFile({ fileNumber })).rejects.toMatchObject({ code: 'LTO_ENCRYPTION_KEY' });
    }
  });

  it('gives nothing for durable that another host may have had written plain', async () => {
    const keyStore = new MemoryKeyStore();
    await keyStore.put('k', generateKey());
    const { provider, virtual } = await newLabelledBench({ encryptionKeyId: 'k' }, BUFFER, { keyStore });
    await provider.prepareForWrite(ID);
    const session = await provider.writeSession(ID);
    const first = await session.writeArchive([archive(1)]);
    // From outside, and with nobody told: the drive has lost its key.
    await virtual.nexusLost('local');
    await expect(session.commit()).rejects.toBeInstanceOf(BufferedDataLostError);
    await expect(first.durable).rejects.toMatchObject({ lost: [{ id: '1', fileNumber: 1 }] });
  });

  it('wants a cartridge that was prepared, and one that is still there', async () => {
    const { provider, virtual } = await newLabelledBench({}, BUFFER);
    await expect(provider.writeSession(ID)).rejects.toMatchObject({ code: 'LTO_INVALID_ARGUMENT' });
    await provider.prepareForWrite(ID);
    const session = await provider.writeSession(ID);
    const { durable } = await session.writeArchive([archive(1)], { archive: 'one' });
    await virtual.remove();
    await virtual.insert({ barcode: 'OTHER1L8' });
    await expect(session.writeArchive([archive(2)])).rejects.toThrow();
    await expect(durable).rejects.toMatchObject({ code: 'LTO_BUFFERED_DATA_LOST', lost: [{ id: 'one' }] });
  });
});
