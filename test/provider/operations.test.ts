import { describe, expect, it } from 'vitest';
import { EncryptionKeyError, LabelError, NoMediumError, WriteProtectedError } from '../../src/errors/index.js';
import { LtoProvider } from '../../src/provider/provider.js';
import { collect, testData } from '../conformance/conformance.js';
import { type Bench, filesOf, ID, MIB, type newBench, newLabelledBench, source } from './support.js';

async function newWrittenBench(...parameters: Parameters<typeof newBench>): Promise<Bench> {
  const bench = await newLabelledBench(...parameters);
  await bench.provider.prepareForWrite(ID);
  await bench.provider.writeArchive(ID, source(MIB));
  return bench;
}

describe('where the tape stands', () => {
  it('is told as the driver and the drive know it', async () => {
    const { provider, tape } = await newWrittenBench();
    expect(await provider.position()).toMatchObject({ fileNumber: 2, blockNumber: 0, beginningOfPartition: false });
    await provider.rewind();
    const start = { fileNumber: 0, blockNumber: 0, logicalObject: 0, beginningOfPartition: true, endOfData: false };
    expect(await provider.position()).toEqual(start);
    // The driver knows no file after this; the drive does.
    await tape.locate(3);
    expect(await provider.position()).toMatchObject({ fileNumber: 1, logicalObject: 3 });
  });

  it('is not known without a cartridge', async () => {
    const { provider, virtual } = await newLabelledBench();
    await virtual.remove();
    await expect(provider.position()).rejects.toBeInstanceOf(NoMediumError);
  });

  it('after a rewind nothing is prepared any more', async () => {
    const { provider } = await newLabelledBench();
    await provider.prepareForWrite(ID);
    await provider.rewind();
    await expect(provider.writeArchive(ID, source(10))).rejects.toThrow('was not prepared');
  });
});

it('waits until the drive is ready, and tells its health', async () => {
  const { provider, virtual } = await newLabelledBench();
  await provider.waitReady();
  expect(await provider.health()).toMatchObject({ verdict: 'good' });
  await virtual.remove();
  await expect(provider.waitReady()).rejects.toBeInstanceOf(NoMediumError);
});

describe('clear', () => {
  it('empties a cartridge, which keeps its name and takes archives again', async () => {
    const { provider, tape } = await newWrittenBench();
    await expect(provider.clear('AA0002L8')).rejects.toBeInstanceOf(LabelError);
    expect(await filesOf(tape)).toHaveLength(2);
    expect(await provider.clear(ID)).toMatchObject({ identifier: ID });
    expect(await provider.checkExistingData()).toMatchObject({ hasData: false });
    expect(await provider.identifyMedia({ allowIntrusive: true })).toMatchObject({ identity: ID, label: ID });
    await provider.prepareForWrite(ID);
    expect(await provider.writeArchive(ID, source(10))).toMatchObject({ location: 1 });
  });

  it('refuses WORM media that holds data', async () => {
    const { provider } = await newWrittenBench({}, { cartridge: { barcode: ID, worm: true } });
    await expect(provider.clear(ID)).rejects.toBeInstanceOf(WriteProtectedError);
    await expect(provider.erase(ID)).rejects.toBeInstanceOf(WriteProtectedError);
    await provider.verifyArchive(ID, 1);
  });
});

describe('erase', () => {
  it.each([false, true])('makes a blank cartridge without a name (long %s)', async (long) => {
    const { provider, tape } = await newWrittenBench();
    await expect(provider.erase('AA0002L8')).rejects.toBeInstanceOf(LabelError);
    expect(await provider.erase(ID, { long })).toEqual({ nameLeft: undefined });
    expect(await tape.spaceToEndOfData()).toMatchObject({ end: 'blank' });
    expect((await tape.mam())?.values).not.toHaveProperty('barcode');
    expect(await provider.identifyMedia({ allowIntrusive: true })).toMatchObject({ identity: undefined });
    await provider.initializeMedia('OTHER1L8');
  });

  it('tells a name that the drive does not delete', async () => {
    const { provider, virtual } = await newWrittenBench();
    const execute = virtual.execute.bind(virtual);
    // As mhvtl: GOOD, and nothing is deleted.
    virtual.execute = (cdb, data) => (cdb[0] === 0x8d ? execute(Uint8Array.of(0, 0, 0, 0, 0, 0)) : execute(cdb, data));
    expect(await provider.erase(ID)).toEqual({ nameLeft: ID });
  });

  it('is done by a drive without access to the cartridge memory too', async () => {
    const { provider, tape, virtual } = await newWrittenBench();
    const unsupported = { sense: { key: 5, asc: 0x20, ascq: 0 } };
    virtual.faults = [
      { command: 'READ ATTRIBUTE', outcome: unsupported },
      { command: 'WRITE ATTRIBUTE', outcome: unsupported },
    ];
    expect(await provider.erase(ID)).toEqual({ nameLeft: undefined });
    expect(await tape.spaceToEndOfData()).toMatchObject({ end: 'blank' });
  });

  it('tells the user label that is left where the barcode is deleted', async () => {
    const { provider, virtual } = await newWrittenBench();
    const execute = virtual.execute.bind(virtual);
    virtual.execute = (cdb, data) => {
      const isUserLabel = cdb[0] === 0x8d && data?.dataOut?.[4] === 0x08 && data.dataOut[5] === 0x03;
      return isUserLabel ? execute(Uint8Array.of(0, 0, 0, 0, 0, 0)) : execute(cdb, data);
    };
    expect(await provider.erase(ID)).toEqual({ nameLeft: ID });
  });

  it('does not begin when the switch is set', async () => {
    const { provider, device } = await newWrittenBench();
    const protecting = new LtoProvider({ devicePath: device, writeProtected: true });
    await expect(protecting.erase(ID)).rejects.toBeInstanceOf(WriteProtectedError);
    await protecting.close();
    await provider.verifyArchive(ID, 1);
  });
});

describe('eject', () => {
  it('takes out a labelled cartridge, and any other one only when told to', async () => {
    const bench = await newWrittenBench();
    const { provider, tape, virtual } = bench;
    expect(await provider.eject()).toMatchObject({ memory: expect.anything() });
    expect(await provider.checkOnline({ force: true })).toMatchObject({ online: false });
    await virtual.remove();
    await virtual.insert({ barcode: 'AA0002L8' });
    await tape.writeFile([testData(1000)]);
    await expect(provider.eject()).rejects.toBeInstanceOf(LabelError);
    expect(await provider.checkOnline({ force: true })).toMatchObject({ online: true });
    await provider.eject({ any: true });
    expect(await provider.checkOnline({ force: true })).toMatchObject({ online: false });
  });
});

describe('what was last reported', () => {
  it('is told without a command, also by another provider and after closing', async () => {
    const { provider, virtual, device } = await newLabelledBench();
    expect(provider.cachedLiveInfo()).toBeUndefined();
    const live = await provider.getLiveInfo({ force: true });
    let commands = 0;
    const execute = virtual.execute.bind(virtual);
    virtual.execute = (cdb, data) => {
      commands += 1;
      return execute(cdb, data);
    };
    const other = new LtoProvider({ device_path: device });
    expect(other.cachedLiveInfo()).toMatchObject({ online: true, identity: live.identity, at: live.at });
    expect(commands).toBe(0);
    await provider.close();
    expect(other.cachedLiveInfo()?.ageMs).toBeGreaterThanOrEqual(0);
  });

  it('forgets a cartridge that this process ejects', async () => {
    const { provider } = await newLabelledBench();
    await provider.getLiveInfo({ force: true });
    await provider.finalizeMedia(ID);
    const known = provider.cachedLiveInfo();
    expect(known).toMatchObject({ online: false, state: 'not-ready', tape: undefined, identity: undefined });
    expect(known).toMatchObject({
      needsRegistration: false,
      reason: 'the cartridge was taken out or changed since, and the drive has not been asked again',
    });
    expect(known?.ageMs).toBeLessThan(60_000);
  });

  it('tells that the drive could not be reached', async () => {
    const { provider } = { provider: new LtoProvider({ devicePath: '/dev/nst97' }) };
    await provider.getLiveInfo();
    expect(provider.cachedLiveInfo()).toMatchObject({ online: false, state: 'offline' });
  });
});

describe('a key in the configuration', () => {
  const digits = 'a5'.repeat(32);

  it('encrypts archives under its fingerprint, and reads them', async () => {
    const { provider, tape } = await newWrittenBench({ encryptionKey: digits });
    const keyId = provider.configuration.encryptionKeyId;
    await tape.locateFile(1);
    expect(await tape.encryption.nextBlock()).toMatchObject({ keyId });
    expect((await collect(await provider.readArchive(ID, 1))).equals(testData(MIB, 1))).toBe(true);
  });

  it('is the only one that fits', async () => {
    const { device, provider } = await newWrittenBench({ encryptionKey: digits });
    await provider.close();
    const other = new LtoProvider({ devicePath: device, encryptionKey: '00'.repeat(32) });
    const error = await collect(await other.readArchive(ID, 1)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(EncryptionKeyError);
    expect(String(error)).not.toContain(digits);
    await other.close();
  });
});

it('is described by statics', () => {
  const { providerId, displayName, description, capabilities, configurationSchema } = LtoProvider;
  expect({ providerId, displayName }).toEqual({ providerId: 'lto_tape', displayName: 'LTO tape' });
  expect(description).toMatch(/\S/);
  expect(capabilities).toEqual({
    supportsRandomAccess: false,
    isOfflineCapable: true,
    supportsHardwareEncryption: true,
  });
  expect(configurationSchema.properties).toMatchObject({
    encryptionKey: { type: 'string', format: 'password', writeOnly: true },
  });
});
