import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError, MediumError, ProtectionError } from '../../src/errors/index.js';
import { LtoProvider } from '../../src/provider/provider.js';
import { collect, testData } from '../conformance/conformance.js';
import { ID, labelOther, MIB, newLabelledBench, source } from './support.js';

describe('archives with protected blocks', () => {
  it('are written, read and verified with protection, and the drive is left without it', async () => {
    const { provider, tape } = await newLabelledBench({ protection: 'auto' });
    await provider.prepareForWrite(ID);
    for (const seed of [1, 2]) {
      const receipt = await provider.writeArchive(ID, source(MIB + seed, seed));
      expect(receipt).toMatchObject({ location: seed, checksum: expect.stringMatching(/^crc32c:/) });
      expect(await provider.verifyArchive(ID, seed, { expectedChecksum: receipt.checksum })).toMatchObject({
        bytes: MIB + seed,
      });
    }
    expect((await collect(await provider.readArchive(ID, 2))).equals(testData(MIB + 2, 2))).toBe(true);
    expect((await tape.modePage(0x0a, 0xf0))?.bytes[4]).toBe(2);
    await provider.close();
    await tape.close();
  });

  it('stand behind a label that is protected as they are, written and read', async () => {
    const { provider, tape, virtual } = await newLabelledBench({ protection: 'crc32c' });
    expect((await tape.modePage(0x0a, 0xf0))?.bytes[4]).toBe(2);
    virtual.faults = [{ command: 'READ(6)', atObject: 0, outcome: { flip: 'wire' } }];
    await expect(provider.identifyMedia({ allowIntrusive: true })).rejects.toThrow(ProtectionError);
    virtual.faults = [{ command: 'WRITE(6)', atObject: 0, outcome: { flip: 'wire' } }];
    await expect(provider.initializeMedia(ID, { overwrite: ID })).rejects.toThrow(ProtectionError);
  });

  it('keep a record that is damaged twice from being taken for an archive', async () => {
    const { provider, virtual } = await newLabelledBench({ protection: 'crc32c' });
    await provider.prepareForWrite(ID);
    virtual.faults = [{ command: 'WRITE(6)', afterCount: 1, times: 2, outcome: { flip: 'wire' } }];
    await expect(provider.writeArchive(ID, source(MIB))).rejects.toThrow(ProtectionError);
    virtual.faults = [];
    // As under Linux's `st`, which writes no filemark before it spaces to the end of the data.
    await expect(provider.prepareForWrite(ID)).rejects.toThrow(/cut off/);
    await provider.prepareForWrite(ID, { closeUnterminated: true });
    const receipt = await provider.writeArchive(ID, source(MIB, 2));
    virtual.faults = [
      { command: 'READ(6)', atObject: (receipt.firstLogicalObject ?? 0) + 1, outcome: { flip: 'wire' } },
    ];
    await expect(provider.verifyArchive(ID, receipt.location)).rejects.toThrow(ProtectionError);
  });

  it('span cartridges with a crc32c of all their bytes', async () => {
    const bench = await newLabelledBench(
      { protection: 'auto' },
      { cartridge: { barcode: ID, capacityBytes: 4 * MIB } },
    );
    await labelOther(bench, 'AA0002L8');
    const { provider, virtual } = bench;
    await provider.prepareForWrite(ID);
    const data = testData(5 * MIB, 3);
    const onEndOfMedium = async () => {
      await virtual.remove();
      await virtual.insert('AA0002L8');
      return 'AA0002L8';
    };
    const receipt = await provider.writeArchive(ID, Readable.from([data]), { onEndOfMedium, checksum: 'crc32c' });
    expect(receipt.parts).toHaveLength(2);
    expect(receipt.totalChecksum).toMatch(/^crc32c:/);
  });

  it('refuses a configuration that is none', () => {
    for (const protection of ['on', 'CRC32C', true, 2, '']) {
      expect(() => new LtoProvider({ devicePath: 'virtual:/nowhere', protection })).toThrow(InvalidArgumentError);
    }
  });
});

describe('verifying an archive in the drive', () => {
  it('transfers nothing, and the next archive goes behind the last', async () => {
    const { provider } = await newLabelledBench();
    await provider.prepareForWrite(ID);
    await provider.writeArchive(ID, source(3 * MIB));
    await provider.writeArchive(ID, source(MIB));
    expect(await provider.verifyArchive(ID, 1, { inDrive: true })).toEqual({ fileNumber: 1, records: 12, skipped: [] });
    expect((await provider.writeArchive(ID, source(MIB))).location).toBe(3);
  });

  it('names the record that is not as it was written', async () => {
    const { provider, virtual } = await newLabelledBench();
    await provider.prepareForWrite(ID);
    const { firstLogicalObject: first = 0 } = await provider.writeArchive(ID, source(3 * MIB));
    virtual.faults = [
      { command: 'VERIFY(6)', times: 1, outcome: { flip: 'medium' } },
      { command: 'READ(6)', atObject: first, outcome: { flip: 'medium' } },
    ];
    const error = await provider.verifyArchive(ID, 1, { inDrive: true }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MediumError);
    expect(error).toMatchObject({ record: { fileNumber: 1, record: 0, logicalObject: first } });
  });
});
