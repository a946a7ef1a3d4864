import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { EncryptionError, EncryptionKeyError, LabelError, MediumChangedError } from '../../src/errors/index.js';
import { LtoProvider } from '../../src/provider/provider.js';
import { collect, testData } from '../conformance/conformance.js';
import { newKey, storeOf } from '../support/keys.js';
import { recordedOn } from '../support/recorded.js';
import { type Bench, ID, labelOther, MIB, newBench, newLabelledBench, source, swapTo } from './support.js';

const KEY = newKey();
const OLD_KEY = newKey();
const keyStore = storeOf({ 'key 2026': KEY, 'key 2025': OLD_KEY });
const SEALED = { encryptionKeyId: 'key 2026' };

const newSealedBench = (settings = {}, drive = {}) => newLabelledBench({ ...SEALED, ...settings }, drive, { keyStore });

/** Another provider of the same drive. */
function other({ device, tape }: Bench, settings: Record<string, unknown>, options = {}): LtoProvider {
  return new LtoProvider({ devicePath: device, ...settings }, { open: async () => tape, keyStore, ...options });
}

describe('a provider with a key', () => {
  it('labels plain, writes encrypted, says with which key, and reads by the name on tape', async () => {
    const { provider, tape, folder } = await newSealedBench();
    expect(await provider.prepareForWrite(ID)).toMatchObject({ encryptionKeyId: 'key 2026' });
    const receipt = await provider.writeArchive(ID, source(MIB));
    expect(receipt).toMatchObject({ encryptionKeyId: 'key 2026', location: 1 });
    await provider.writeArchive(ID, source(MIB, 2));
    expect(await recordedOn(folder, ID)).toBe('P|EEEE|EEEE|');
    await tape.encryption.disable();
    const { checksum } = receipt;
    expect(
      (await collect(await provider.readArchive(ID, 1, { expectedChecksum: checksum }))).equals(testData(MIB)),
    ).toBe(true);
    expect(await provider.verifyArchive(ID, 2)).toMatchObject({ bytes: MIB });
    // The label needs no key.
    await tape.encryption.disable();
    const label = await collect(tape.createReadStream({ fileNumber: 0 }));
    expect(execFileSync('tar', ['-xOf', '-', '.tapehoard_label'], { input: label, encoding: 'utf8' })).toBe(`${ID}\n`);
  });

  it('writes on after it has read a file of another key', async () => {
    const bench = await newSealedBench();
    const { provider, folder } = bench;
    const older = other(bench, { encryptionKeyId: 'key 2025' });
    await older.prepareForWrite(ID);
    await older.writeArchive(ID, source(1000));
    await provider.prepareForWrite(ID);
    await provider.writeArchive(ID, source(1000));
    await provider.verifyArchive(ID, 1);
    expect(await provider.writeArchive(ID, source(1000))).toMatchObject({ location: 3 });
    await provider.verifyArchive(ID, 2);
    await provider.verifyArchive(ID, 1);
    await provider.verifyArchive(ID, 3);
    expect(await recordedOn(folder, ID)).toBe('P|E|E|E|');
  });

  it('writes nothing plain: without a store, without that key, with a drive that cannot', async () => {
    const bench = await newLabelledBench();
    const { virtual, folder } = bench;
    for (const options of [{ keyStore: undefined }, { keyStore: storeOf({}) }]) {
      const sealed = other(bench, SEALED, options);
      await expect(sealed.prepareForWrite(ID)).rejects.toMatchObject({ keyId: 'key 2026' });
      await expect(sealed.writeArchive(ID, source(1))).rejects.toMatchObject({ code: 'LTO_INVALID_ARGUMENT' });
    }
    virtual.faults = [{ command: 'SECURITY PROTOCOL IN', outcome: { sense: { key: 5, asc: 0x20, ascq: 0 } } }];
    await expect(other(bench, SEALED).prepareForWrite(ID)).rejects.toBeInstanceOf(EncryptionError);
    virtual.faults = [];
    expect(await recordedOn(folder, ID)).toBe('P|');
  });

  it('refuses a drive whose keys a library sets, and says what to change', async () => {
    const bench = await newLabelledBench({}, { encryption: { byLibrary: true } });
    const { provider, virtual } = bench;
    const error = await other(bench, SEALED)
      .prepareForWrite(ID)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(EncryptionError);
    expect(String(error)).toMatch(/the library sets the keys.*application-managed/);
    await provider.prepareForWrite(ID);
    await virtual.setLibraryKey(Buffer.alloc(32, 7), 'library');
    await expect(provider.writeArchive(ID, source(1))).rejects.toBeInstanceOf(EncryptionError);
    await expect(provider.prepareForWrite(ID)).rejects.toBeInstanceOf(EncryptionError);
  });

  it('writes nothing after the drive was reset or the key taken away, until it is prepared again', async () => {
    const bench = await newSealedBench();
    const { provider, tape, virtual, folder } = bench;
    await provider.prepareForWrite(ID);
    await virtual.reset();
    await expect(provider.writeArchive(ID, source(1))).rejects.toBeInstanceOf(MediumChangedError);
    await provider.prepareForWrite(ID);
    await provider.writeArchive(ID, source(1));
    const off = { command: 'SECURITY PROTOCOL IN' as const, outcome: { hostStatus: 3 } };
    virtual.faults = [off];
    await expect(provider.writeArchive(ID, source(1))).rejects.toMatchObject({ code: 'LTO_TRANSPORT' });
    virtual.faults = [];
    await provider.prepareForWrite(ID);
    expect(await provider.writeArchive(ID, source(1))).toMatchObject({ location: 2 });
    expect(tape.encryption.provenKeyId).toBe('key 2026');
    expect(await recordedOn(folder, ID)).toBe('P|E|E|');
  });

  it('clears the key when it finalizes and when it closes', async () => {
    const bench = await newSealedBench();
    const { provider, tape, virtual } = bench;
    await provider.prepareForWrite(ID);
    await provider.writeArchive(ID, source(1));
    await provider.finalizeMedia(ID);
    expect(tape.encryption.asked).toBe(false);
    expect(await tape.encryption.status()).toMatchObject({ encryption: 'off', decryption: 'off' });
    await virtual.remove();
    await virtual.insert(ID);
    const plain = other(bench, {});
    await plain.checkOnline();
    await provider.prepareForWrite(ID);
    expect(await tape.encryption.status()).toMatchObject({ encryption: 'encrypt' });
    await provider.close();
    expect(await tape.encryption.status()).toMatchObject({ encryption: 'off', decryption: 'off' });
    await plain.close();
  });

  it('relabels in plain, also when a key was set', async () => {
    const { provider, folder } = await newSealedBench();
    await provider.prepareForWrite(ID);
    await provider.writeArchive(ID, source(1));
    await provider.prepareForWrite(ID);
    await provider.initializeMedia(ID, { overwrite: ID });
    expect(await recordedOn(folder, ID)).toBe('P|');
  });

  it('continues on the next cartridge with the key, and is read back over both', async () => {
    const small = { cartridge: { barcode: ID, capacityBytes: 48 * MIB }, earlyWarningBytes: 8 * MIB };
    const bench = await newSealedBench({}, small);
    await labelOther(bench, 'BB0002L8', 48 * MIB);
    const { provider, folder, tape } = bench;
    await provider.prepareForWrite(ID);
    const receipt = await provider.writeArchive(ID, source(50 * MIB), {
      onEndOfMedium: async ({ eject }) => {
        await eject();
        await swapTo(bench, 'BB0002L8');
        return 'BB0002L8';
      },
    });
    const { parts } = receipt;
    expect(parts.map(({ encryptionKeyId }) => encryptionKeyId)).toEqual(['key 2026', 'key 2026']);
    for (const cartridge of [ID, 'BB0002L8']) expect(await recordedOn(folder, cartridge)).toMatch(/^P\|E\|E+\|$/);
    await tape.encryption.disable();
    const onNextCartridge = async () => swapTo(bench, 'BB0002L8');
    await swapTo(bench, ID);
    const again = await provider.readArchive(ID, 2, { parts, onNextCartridge });
    expect((await collect(again as AsyncIterable<Buffer>)).equals(testData(50 * MIB))).toBe(true);
  });
});

describe('a provider without a key', () => {
  it("switches somebody else's key off before it writes, and proves it", async () => {
    const bench = await newLabelledBench();
    const { provider, tape, folder } = bench;
    await tape.encryption.enable({ key: OLD_KEY, keyId: 'somebody' });
    expect(await provider.prepareForWrite(ID)).toMatchObject({ encryptionKeyId: undefined });
    expect(await provider.writeArchive(ID, source(1))).not.toHaveProperty('encryptionKeyId', 'somebody');
    await tape.encryption.enable({ key: OLD_KEY, keyId: 'somebody' });
    await provider.writeArchive(ID, source(1));
    expect(await recordedOn(folder, ID)).toBe('P|P|P|');
  });

  it('shares a drive with one that has a key: each writes as it is configured', async () => {
    const bench = await newLabelledBench();
    const { provider, folder } = bench;
    const sealed = other(bench, SEALED);
    await provider.prepareForWrite(ID);
    await provider.writeArchive(ID, source(1));
    await sealed.prepareForWrite(ID);
    await sealed.writeArchive(ID, source(1));
    await provider.prepareForWrite(ID);
    await provider.writeArchive(ID, source(1));
    await sealed.prepareForWrite(ID);
    await sealed.writeArchive(ID, source(1));
    expect(await recordedOn(folder, ID)).toBe('P|P|E|P|E|');
    await sealed.close();
  });

  it('tells which key a file needs', async () => {
    const bench = await newLabelledBench();
    const sealed = other(bench, SEALED);
    await sealed.prepareForWrite(ID);
    await sealed.writeArchive(ID, source(1));
    const keyless = other(bench, {}, { keyStore: undefined });
    await bench.tape.encryption.disable();
    const reading = keyless.verifyArchive(ID, 1);
    await expect(reading).rejects.toBeInstanceOf(EncryptionKeyError);
    await expect(keyless.verifyArchive(ID, 1)).rejects.toMatchObject({ keyId: 'key 2026' });
    await sealed.close();
    await keyless.close();
  });

  it('tells that file 0 is encrypted where a label should be', async () => {
    const { provider, tape } = await newBench();
    await tape.rewind();
    await tape.encryption.enable({ key: OLD_KEY, keyId: 'somebody' });
    await tape.writeFile([testData(100)], { position: 'overwrite' });
    await tape.encryption.disable();
    const error = await provider.prepareForWrite(ID).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LabelError);
    expect(String(error)).toContain('file 0 is encrypted with the key "somebody"');
  });
});
