import { describe, expect, it } from 'vitest';
import {
  InvalidArgumentError,
  LabelError,
  NoMediumError,
  NotBlankError,
  NotReadyError,
  WriteProtectedError,
} from '../../src/errors/index.js';
import { encodeLabel } from '../../src/provider/label/label-archive.js';
import { LtoProvider } from '../../src/provider/provider.js';
import { UNSUPPORTED } from '../tape/drives.js';
import { ID, MIB, newBench, newLabelledBench, source } from './support.js';

const NO_MEMORY = { command: 'READ ATTRIBUTE', outcome: UNSUPPORTED } as const;

describe('initializeMedia', () => {
  it('writes label and memory, and reads them back', async () => {
    const { provider, tape } = await newBench({ owningHost: 'host1', mediaPool: 'weekly' });
    const report = await provider.initializeMedia(ID);
    expect(report).toMatchObject({ identifier: ID, receipt: { fileNumber: 0 } });
    expect(report.memory?.refused).toEqual([]);
    expect((await tape.mam())?.values).toMatchObject({
      barcode: ID,
      userMediumLabel: ID,
      applicationName: 'node-lto',
      owningHost: 'host1',
      mediaPool: 'weekly',
    });
    expect(await provider.identifyMedia({ allowIntrusive: true })).toMatchObject({ identity: ID, label: ID });
    await provider.initializeMedia(ID);
  });

  it('refuses a tape with data unless its identity is named', async () => {
    const { provider } = await newLabelledBench();
    await provider.prepareForWrite(ID);
    await provider.writeArchive(ID, source(MIB));
    await expect(provider.initializeMedia(ID)).rejects.toBeInstanceOf(NotBlankError);
    await expect(provider.initializeMedia(ID, { overwrite: 'OTHER' })).rejects.toBeInstanceOf(LabelError);
    expect((await provider.checkExistingData()).hasData).toBe(true);
    await provider.initializeMedia('NEW', { overwrite: ID });
    expect(await provider.identifyMedia({ allowIntrusive: true })).toMatchObject({ barcode: 'NEW', label: 'NEW' });
    expect((await provider.checkExistingData()).hasData).toBe(false);
  });

  it('refuses a blank cartridge that goes by another name', async () => {
    const { provider } = await newBench();
    await expect(provider.initializeMedia('OTHER')).rejects.toThrow(/is "AA0001L8", not "OTHER"/);
    await provider.initializeMedia('OTHER', { overwrite: ID });
  });

  it('refuses data without a label, and what has no name at all', async () => {
    const { provider, tape, virtual } = await newBench();
    await tape.writeFile([Buffer.alloc(MIB, 1)]);
    await expect(provider.initializeMedia(ID)).rejects.toBeInstanceOf(NotBlankError);
    virtual.faults = [NO_MEMORY];
    await expect(provider.initializeMedia(ID)).rejects.toThrow(/has no name/);
    await expect(provider.initializeMedia(ID, { overwrite: ID })).rejects.toBeInstanceOf(LabelError);
    virtual.faults = [];
    await provider.initializeMedia(ID, { overwrite: ID });
  });

  it('refuses protected, cleaning and written WORM cartridges', async () => {
    const { provider: locked } = await newBench({}, { cartridge: { barcode: ID, writeProtected: true } });
    await expect(locked.initializeMedia(ID)).rejects.toBeInstanceOf(WriteProtectedError);
    const { provider: cleaning } = await newBench({}, { cartridge: { barcode: 'CLN001L1', cleaning: true } });
    await expect(cleaning.initializeMedia('CLN001L1')).rejects.toThrow(/cleaning cartridge/);
    const { provider: worm } = await newBench({}, { cartridge: { barcode: ID, worm: true } });
    await worm.initializeMedia(ID);
    await worm.prepareForWrite(ID);
    await worm.writeArchive(ID, source(MIB));
    await expect(worm.initializeMedia(ID, { overwrite: ID })).rejects.toThrow(/WORM/);
    const { provider: treated } = await newLabelledBench({ worm: true });
    await expect(treated.initializeMedia(ID, { overwrite: ID })).rejects.toThrow(/WORM/);
  });

  it('refuses identifiers that do not fit, and an empty drive', async () => {
    const { provider } = await newBench();
    await expect(provider.initializeMedia('')).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(provider.initializeMedia('x'.repeat(33))).rejects.toBeInstanceOf(InvalidArgumentError);
    const { provider: empty } = await newBench({}, { cartridge: false });
    await expect(empty.initializeMedia(ID)).rejects.toBeInstanceOf(NoMediumError);
  });

  it('uses the label name of the configuration', async () => {
    const { provider, device } = await newLabelledBench({ labelName: '.my_label' });
    expect(await provider.identifyMedia({ allowIntrusive: true })).toMatchObject({ label: ID });
    const other = new LtoProvider({ devicePath: device });
    const { label, foundInstead } = await other.identifyMedia({ allowIntrusive: true });
    expect(label).toBeUndefined();
    expect(foundInstead).toMatch(/\.my_label/);
    await other.close();
  });
});

describe('identifyMedia', () => {
  it('tells the barcode without moving the tape', async () => {
    const { provider, tape } = await newLabelledBench();
    await tape.spaceToEndOfData();
    const before = await tape.position();
    const found = await provider.identifyMedia();
    expect(found).toMatchObject({ identity: ID, source: 'barcode', label: undefined });
    expect(found.mediumSerial).toMatch(/^V/);
    expect(await tape.position()).toEqual(before);
  });

  it('tells the label where there is no cartridge memory', async () => {
    const { provider, virtual } = await newLabelledBench();
    virtual.faults = [NO_MEMORY];
    expect(await provider.identifyMedia()).toMatchObject({ identity: undefined });
    expect(await provider.identifyMedia({ allowIntrusive: true })).toMatchObject({ identity: ID, source: 'label' });
    expect(await provider.prepareForWrite(ID)).toMatchObject({ nextFile: 1 });
    await expect(provider.prepareForWrite('OTHER')).rejects.toThrow(/its label is "AA0001L8"/);
  });

  it('shows both where barcode and label disagree', async () => {
    const { provider, tape } = await newBench();
    await tape.writeFile([encodeLabel('OTHER')]);
    const disagreement = /barcode .* "AA0001L8", but the label "OTHER"/;
    await expect(provider.identifyMedia({ allowIntrusive: true })).rejects.toThrow(disagreement);
    await expect(provider.prepareForWrite(ID)).rejects.toThrow(disagreement);
    await expect(provider.prepareForWrite('OTHER')).rejects.toBeInstanceOf(LabelError);
  });

  it('says that a tape has no label', async () => {
    const { provider } = await newBench();
    expect(await provider.identifyMedia({ allowIntrusive: true })).toMatchObject({ label: undefined, barcode: ID });
    await expect(provider.prepareForWrite(ID)).rejects.toBeInstanceOf(LabelError);
  });
});

const MOVED = { sense: { key: 4, asc: 0x44, ascq: 0 } };

describe('checkExistingData', () => {
  it('comes back to where the tape stood', async () => {
    const { provider, tape } = await newLabelledBench();
    expect(await provider.checkExistingData()).toEqual({ hasData: false, source: 'tape' });
    await provider.prepareForWrite(ID);
    await provider.writeArchive(ID, source(3 * MIB));
    await tape.locateFile(1);
    await tape.spaceRecords(5);
    const before = await tape.status();
    expect(await provider.checkExistingData()).toEqual({ hasData: true, source: 'tape' });
    const { fileNumber, blockNumber } = await tape.status();
    expect({ fileNumber, blockNumber }).toEqual({ fileNumber: before.fileNumber, blockNumber: before.blockNumber });
  });

  it('tells from what is used, without moving the tape, when that is more than any label takes', async () => {
    const { provider, tape, virtual } = await newBench({}, { cartridge: { barcode: ID, discardsData: true } });
    const chunk = tape.allocate(8 * MIB);
    await tape.writeFile(Array.from({ length: 129 }, () => chunk));
    await tape.rewind();
    // Whatever moves the tape fails.
    virtual.faults = [
      { command: 'SPACE(6)', outcome: MOVED },
      { command: 'READ(6)', outcome: MOVED },
    ];
    expect(await provider.checkExistingData()).toEqual({ hasData: true, source: 'capacity' });
    expect(await tape.status()).toMatchObject({ fileNumber: 0, blockNumber: 0 });
  });

  it('finds data instead of a label, and nothing on a blank tape', async () => {
    const { provider, tape } = await newBench();
    expect((await provider.checkExistingData()).hasData).toBe(false);
    await tape.writeFile([Buffer.alloc(100)]);
    expect((await provider.checkExistingData()).hasData).toBe(true);
  });
});

describe('isWriteProtected', () => {
  it.each([
    [{}, {}, [], false],
    [{ cartridge: { writeProtected: true } }, {}, ['switch'], false],
    [{ cartridge: { worm: true } }, {}, [], true],
    [{ generation: 7, cartridge: { generation: 5 } }, {}, ['read-only-format'], false],
    [{ cartridge: { cleaning: true } }, {}, ['cleaning-cartridge'], false],
    [{}, { writeProtected: true }, ['configuration'], false],
  ] as const)('tells %j with %j as %j', async (drive, settings, reasons, worm) => {
    const { provider } = await newBench(settings, drive);
    expect(await provider.isWriteProtected()).toEqual({
      writeProtected: reasons.length > 0,
      reasons,
      worm,
      appendOnly: worm,
    });
  });

  it('asks the driver when the drive does not tell, and says who refuses', async () => {
    const { provider, virtual } = await newBench({}, { cartridge: { barcode: ID, writeProtected: true } });
    virtual.faults = [{ command: 'MODE SENSE(10)', outcome: { sense: { key: 5, asc: 0x20, ascq: 0 } } }];
    const drive = { writeProtected: true, reasons: ['driver'], worm: false, appendOnly: false };
    expect(await provider.isWriteProtected()).toEqual(drive);
    const refusal = { code: 'LTO_WRITE_PROTECTED', message: expect.stringContaining('the driver') };
    await expect(provider.initializeMedia(ID)).rejects.toMatchObject(refusal);
  });

  it('fails, rather than saying no, when the drive does not answer', async () => {
    const { provider, virtual } = await newBench({}, { cartridge: false });
    await expect(provider.isWriteProtected()).rejects.toBeInstanceOf(NoMediumError);
    await virtual.insert({ barcode: ID });
    virtual.faults = [{ command: 'MODE SENSE(10)', outcome: { sense: { key: 4, asc: 0x44, ascq: 0 } } }];
    await expect(provider.isWriteProtected()).rejects.toMatchObject({ code: 'LTO_HARDWARE_ERROR' });
  });
});

describe('getUtilization and finalizeMedia', () => {
  it('counts the partition that is written to, fresh', async () => {
    const { provider, tape } = await newBench({}, { cartridge: { barcode: ID, capacityBytes: 500e6 } });
    await tape.formatMedium({ partitions: [100e6, 'rest'], confirm: 'erase everything' });
    const before = await provider.getUtilization();
    await tape.writeFile([Buffer.alloc(20 * MIB)], { position: 'overwrite' });
    const after = await provider.getUtilization();
    expect(after.totalBytes).toBe(95 * MIB);
    expect(after.capacity.total.maximum?.bytes).toBe(476 * MIB);
    expect((after.usedBytes ?? 0) - (before.usedBytes ?? 0)).toBeGreaterThanOrEqual(20 * MIB);
    expect(after.fraction).toBeCloseTo((after.usedBytes ?? 0) / (95 * MIB));
  });

  it('puts the cartridge out, with its memory up to date', async () => {
    const { provider, tape } = await newLabelledBench();
    await provider.prepareForWrite(ID);
    await provider.writeArchive(ID, source(MIB));
    const { memory } = await provider.finalizeMedia(ID);
    expect(memory?.written.map(({ id }) => id)).toEqual([0x0800, 0x0801, 0x0802, 0x0804]);
    expect((await tape.readiness()).state).not.toBe('ready');
    await expect(provider.prepareForWrite(ID)).rejects.toBeInstanceOf(NoMediumError);
    await expect(provider.writeArchive(ID, source(1))).rejects.toBeInstanceOf(InvalidArgumentError);
  });

  it('says that a drive still loads', async () => {
    const { provider, virtual } = await newBench({}, { loadSeconds: 60 });
    await virtual.remove();
    await virtual.insert({ barcode: 'LATER1L8' });
    await expect(provider.prepareForWrite('LATER1L8')).rejects.toBeInstanceOf(NotReadyError);
    expect(await provider.checkOnline()).toMatchObject({ online: false, state: 'becoming-ready' });
  });
});
