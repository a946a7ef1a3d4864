import { describe, expect, it } from 'vitest';
import { MediumError, PositionLostError, WriteProtectedError } from '../../../src/errors/index.js';
import { collect, testData } from '../../conformance/conformance.js';
import { command } from '../command.js';
import { atTheDrive, freshCartridge, openDrive, recorded, withFaults } from './served.js';

const RECORD = 64 * 1024;
const OVERWRITE = { position: 'overwrite', recordSize: RECORD } as const;

describe('the cartridge memory, through SG_IO', () => {
  it('is read, written and read back', async () => {
    const barcode = await freshCartridge();
    const drive = await openDrive();
    const before = await drive.mam();
    expect(before?.values).toMatchObject({ manufacturer: 'NODE-LTO', loadCount: 1 });
    await drive.setAttributes({ barcode, userMediumLabel: 'written through the kernel' });
    const after = await drive.mam();
    expect(after?.values).toMatchObject({ barcode, userMediumLabel: 'written through the kernel' });
    await drive.setAttributes({ userMediumLabel: null });
    expect((await drive.mam())?.values.userMediumLabel).toBeUndefined();
    await drive.writeFile([testData(10 * RECORD)], OVERWRITE);
    // The memory stays with the cartridge.
    await atTheDrive(async (controls) => {
      await controls.remove();
      await controls.insert(barcode);
    });
    expect((await drive.mam())?.values).toMatchObject({ barcode, loadCount: 2 });
  });
});

describe('mode and log pages, through SG_IO', () => {
  it('change a setting, and count what was written', async () => {
    await freshCartridge();
    const drive = await openDrive();
    expect((await drive.configure({ compression: false })).compression).toBe(false);
    expect((await drive.settings()).compression).toBe(false);
    await drive.configure({ compression: true });
    await drive.writeFile([testData(20 * RECORD)], OVERWRITE);
    const { total } = await drive.capacity();
    expect(total.used?.bytes ?? 0).toBeGreaterThanOrEqual(1_000_000);
    expect((await drive.health()).verdict).toBe('good');
  });

  it('a medium error raises its TapeAlert flag', async () => {
    await freshCartridge();
    const drive = await openDrive();
    await drive.writeFile([testData(4 * RECORD)], OVERWRITE);
    await drive.rewind();
    await withFaults({ command: 'READ(6)', outcome: { sense: { key: 3, asc: 0x11, ascq: 0 } } });
    await expect(collect(drive.createReadStream())).rejects.toBeInstanceOf(MediumError);
    expect((await drive.alerts())?.flags.map(({ flag }) => flag)).toEqual([5]);
  });
});

describe('media that refuse', () => {
  it('WORM takes files behind one another, and none over another', async () => {
    const barcode = await freshCartridge({ worm: true });
    const drive = await openDrive();
    expect(await drive.mediumFormat()).toMatchObject({ kind: 'worm' });
    await drive.writeFile([testData(RECORD, 1)], OVERWRITE);
    await drive.writeFile([testData(RECORD, 2)], { position: 'append', recordSize: RECORD });
    await drive.rewind();
    await expect(drive.writeFile([testData(RECORD, 3)], OVERWRITE)).rejects.toThrow();
    expect(await recorded(barcode)).toEqual([testData(RECORD, 1), 'filemark', testData(RECORD, 2), 'filemark']);
    await drive.locateFile(1);
    expect((await collect(drive.createReadStream())).equals(testData(RECORD, 2))).toBe(true);
  });

  it('the switch of the cartridge forbids to write', async () => {
    const barcode = await freshCartridge({ writeProtected: true });
    const drive = await openDrive();
    expect(await drive.status()).toMatchObject({ writeProtected: true });
    await expect(drive.writeFile([testData(RECORD)], OVERWRITE)).rejects.toBeInstanceOf(WriteProtectedError);
    expect(await recorded(barcode)).toEqual([]);
  });
});

describe('the end of the tape', () => {
  it('dd counts every record that there is, and st ends them with a filemark', async () => {
    const barcode = await freshCartridge();
    const said = await command('dd', 'if=/dev/zero', 'of=/dev/nst0', 'bs=256k').catch((error: Error) => error.message);
    expect(said).toMatch(/No space left on device/);
    const counted = Number(/^(\d+)\+0 records out$/m.exec(said)?.[1]);
    const objects = await recorded(barcode);
    // dd's memory goes through the buffer of st: the record that meets early warning counts, and the next is refused.
    expect(objects.length).toBe(counted + 1);
    expect(objects.at(-1)).toBe('filemark');
    expect(objects.slice(0, -1).every((object) => object.length === 256 * 1024)).toBe(true);
  });
});

describe('a reset by task management', () => {
  it.each(['--device', '--target'])('sg_reset %s loses the position, and nothing written', async (what) => {
    const barcode = await freshCartridge();
    const drive = await openDrive();
    await drive.writeFile([testData(RECORD, 1)], OVERWRITE);
    const before = drive.mediumEpoch;
    await command('sg_reset', what, '/dev/sg0');
    await expect(drive.confirmPosition()).rejects.toBeInstanceOf(PositionLostError);
    expect(drive.mediumEpoch).toBeGreaterThan(before);
    const append = drive.writeFile([testData(RECORD, 2)], { position: 'overwrite', recordSize: RECORD });
    await expect(append).rejects.toBeInstanceOf(PositionLostError);
    expect(await recorded(barcode)).toEqual([testData(RECORD, 1), 'filemark']);
    await drive.rewind();
    expect((await collect(drive.createReadStream())).equals(testData(RECORD, 1))).toBe(true);
  });
});

describe('a cartridge that is changed behind the back of the driver', () => {
  it('is noticed before anything is written to it', async () => {
    const first = await freshCartridge();
    const drive = await openDrive();
    await drive.writeFile([testData(RECORD, 1)], OVERWRITE);
    const before = drive.mediumEpoch;
    const second = await freshCartridge();
    const written = drive.writeFile([testData(RECORD, 2)], { position: 'overwrite', recordSize: RECORD });
    await expect(written).rejects.toThrow();
    expect(drive.mediumEpoch).toBeGreaterThan(before);
    expect(await recorded(second)).toEqual([]);
    expect(await recorded(first)).toEqual([testData(RECORD, 1), 'filemark']);
    await drive.rewind();
    await drive.writeFile([testData(RECORD, 2)], OVERWRITE);
    expect(await recorded(second)).toEqual([testData(RECORD, 2), 'filemark']);
  });

  it('tells that there is none', async () => {
    await freshCartridge();
    const drive = await openDrive();
    await atTheDrive((controls) => controls.remove());
    expect(await drive.readiness()).toMatchObject({ state: 'no-medium' });
    await freshCartridge();
    expect(await drive.readiness()).toMatchObject({ state: 'ready' });
  });
});
