import { describe, expect, it } from 'vitest';
import {
  DEVICE_CAPABILITIES,
  ELEMENT_ADDRESS_ASSIGNMENT,
  exchangeMedium,
  initializeElementStatus,
  initializeElementStatusWithRange,
  moveMedium,
  openCloseImportExport,
  positionToElement,
  readElementStatus,
} from '../../../src/scsi/changer/index.js';
import { decodeInquiry } from '../../../src/scsi/commands/inquiry.js';
import { loadUnload } from '../../../src/scsi/commands/position.js';
import {
  inquiry,
  modeSense6,
  preventAllow,
  reportLuns,
  requestSense,
  testUnitReady,
} from '../../../src/scsi/commands/primary.js';
import { decodeLogPage, logSense } from '../../../src/scsi/log/page.js';
import { decodeModePage } from '../../../src/scsi/mode/page.js';
import { decodeModeSense } from '../../../src/scsi/mode/parameter-list.js';
import { decodeDeviceIdentification } from '../../../src/scsi/vpd/designators.js';
import { decodeElementAddress, decodeSerialNumber, decodeSupportedPages } from '../../../src/scsi/vpd/pages.js';
import { outcome } from '../support.js';
import {
  contents,
  DRIVE,
  elementStatus,
  MAIL,
  newLibrary,
  newLibraryFolder,
  openLibrary,
  SLOT,
  send,
} from './support.js';

const FULL = 0x01;
const OPERATOR = 0x02;
const EXCEPT = 0x04;
const ACCESS = 0x08;
const MAIL_FLAGS = 0x30;

describe('a library', () => {
  it('is a medium changer, with its drives behind it', async () => {
    const library = await newLibrary({ serial: 'LIB0000001' });
    const { dataIn } = await send(library, inquiry());
    expect(decodeInquiry(dataIn)).toMatchObject({
      peripheralDeviceType: 8,
      vendor: 'NODE-LTO',
      product: 'VIRTUAL LIBRARY',
    });
    const page = async (vpdPage: number) => (await send(library, inquiry({ vpdPage }))).dataIn;
    expect(decodeSupportedPages(await page(0x00))).toEqual([0x00, 0x80, 0x83]);
    expect(decodeSerialNumber(await page(0x80))).toBe('LIB0000001');
    expect(decodeDeviceIdentification(await page(0x83))).toHaveLength(1);
    for (const code of [0x00, 0x80, 0x83]) expect((await page(code))[0]).toBe(0x08);
    expect(await outcome(send(library, inquiry({ vpdPage: 0xb0 })))).toBe('5/24/00');
    for (const unit of [library, ...library.drives]) {
      const luns = Buffer.from((await send(unit, reportLuns())).dataIn);
      expect(luns.readUInt32BE(0)).toBe(24);
      expect([luns[9], luns[17], luns[25]]).toEqual([0, 1, 2]);
    }
  });

  it('tells its drives who they belong to, and where they are', async () => {
    const library = await newLibrary({ serial: 'LIB0000001' });
    const page = async (drive: number, vpdPage: number) =>
      (await send(library.drives[drive] ?? library, inquiry({ vpdPage }))).dataIn;
    expect(decodeSerialNumber(await page(1, 0xb3), 'automationSerialNumber')).toBe('LIB0000001');
    expect(decodeElementAddress(await page(0, 0xb4))).toBe(1);
    expect(decodeElementAddress(await page(1, 0xb4))).toBe(2);
    expect(decodeSupportedPages(await page(0, 0x00))).toContain(0xb4);
  });

  it('has the mode pages of changers', async () => {
    const library = await newLibrary({ drives: 3, slots: 40, mailSlots: 5, cartridges: 1 });
    const { dataIn } = await send(library, modeSense6({ pageCode: 0x3f }));
    const { pages } = decodeModeSense(dataIn, 6);
    expect(pages.map(({ pageCode }) => pageCode)).toEqual([0x1d, 0x1e, 0x1f]);
    expect(decodeModePage(ELEMENT_ADDRESS_ASSIGNMENT, pages[0]?.bytes ?? dataIn)).toEqual({
      firstTransport: 0,
      transports: 1,
      firstStorage: SLOT,
      storages: 40,
      firstImportExport: MAIL,
      importExports: 5,
      firstDataTransfer: DRIVE,
      dataTransfers: 3,
    });
    expect(decodeModePage(DEVICE_CAPABILITIES, pages[2]?.bytes ?? dataIn)).toMatchObject({
      stores: 0xe,
      moveFromStorage: 0xe,
      moveFromTransport: 0xe,
      exchangeFromDataTransfer: 0xe,
    });
    expect(await outcome(send(library, modeSense6({ pageCode: 0x10 })))).toBe('5/24/00');
  });

  it('refuses what only drives can do', async () => {
    const library = await newLibrary();
    expect(await outcome(library.execute(Uint8Array.of(0x01, 0, 0, 0, 0, 0)))).toBe('5/20/00');
    expect(await outcome(library.execute(Uint8Array.of(0xa5, 0, 0, 0)))).toBe('5/24/00');
  });
});

describe('the inventory', () => {
  it('has a descriptor for each element, with barcodes and drives where they are asked for', async () => {
    const library = await newLibrary({ slots: 4, cleaning: 1, cartridges: 2 });
    await library.import({ barcode: 'NEW001L8', capacityBytes: 1e6, worm: true });
    await send(library, testUnitReady());
    const all = await elementStatus(library, { elementType: 'all', volumeTags: true, deviceIdentifiers: true });
    expect(all.map(({ element, tag }) => [element, tag])).toEqual([
      [0, ''],
      [1, ''],
      [2, ''],
      [101, 'NEW001L8'],
      [102, ''],
      [1001, 'A00001L8'],
      [1002, 'A00002L8'],
      [1003, ''],
      [1004, 'CLNU01L1'],
    ]);
    const [hand, drive, , mail, , slot, , empty, cleaner] = all;
    expect(hand).toMatchObject({ flags: 0 });
    expect(drive?.identifier.slice(0, 8)).toBe('NODE-LTO');
    expect(drive?.identifier.slice(24)).toBe(library.drives[0]?.identity.serial);
    expect(mail).toMatchObject({ flags: MAIL_FLAGS | ACCESS | OPERATOR | FULL, origin: [0x04, 0] });
    expect(slot).toMatchObject({ flags: ACCESS | FULL, origin: [0x81, 1001] });
    expect(empty).toMatchObject({ flags: ACCESS, origin: [0, 0] });
    expect(cleaner).toMatchObject({ origin: [0x82, 1004] });
  });

  it('goes from an address on, as far as it is asked for, and tells its whole length in less room', async () => {
    const library = await newLibrary({ slots: 6, cartridges: 1 });
    const some = await elementStatus(library, { elementType: 'storage', firstElement: SLOT + 2, count: 3 });
    expect(some.map(({ element, tag }) => [element, tag])).toEqual([3, 4, 5].map((slot) => [SLOT - 1 + slot, '']));
    expect(await elementStatus(library, { elementType: 'storage', firstElement: 5000 })).toEqual([]);
    const { dataIn } = await send(library, readElementStatus({ elementType: 'storage', allocationLength: 8 }));
    expect(dataIn).toHaveLength(8);
    expect(Buffer.from(dataIn).readUIntBE(5, 3)).toBe(8 + 6 * 16);
    // Bits 7 to 5 of byte 1 are the LUN of old initiators.
    const old = Uint8Array.from(readElementStatus({ elementType: 'storage', volumeTags: true }).cdb);
    old[1] = 0x60 | (old[1] ?? 0);
    expect(await outcome(library.execute(old))).toBe('good');
    old[1] = 0x05;
    expect(await outcome(library.execute(old))).toBe('5/24/00');
  });

  it('takes its time, at power on without an answer to give', async () => {
    const speed = { scan: 0.02 };
    const library = await openLibrary(await newLibraryFolder({ slots: 5, mailSlots: 2, drives: 2, speed }));
    expect(await outcome(send(library, testUnitReady()))).toBe('6/29/00');
    expect(await outcome(send(library, readElementStatus({ elementType: 'all' })))).toBe('2/04/01');
    const sense = Buffer.from((await send(library, requestSense())).dataIn);
    expect([sense[2], sense[12], sense[13]]).toEqual([2, 4, 1]);
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(await outcome(send(library, readElementStatus({ elementType: 'all' })))).toBe('good');
    const begun = performance.now();
    expect(await outcome(send(library, initializeElementStatus()))).toBe('good');
    expect(performance.now() - begun).toBeGreaterThan(150);
    const range = performance.now();
    expect(await outcome(send(library, initializeElementStatusWithRange(SLOT, 1)))).toBe('good');
    expect(performance.now() - range).toBeLessThan(150);
    expect(await outcome(send(library, initializeElementStatusWithRange(50, 1)))).toBe('5/21/01');
  });
});

describe('a move', () => {
  it('brings a cartridge into a drive, which tells of it, and back to its slot', async () => {
    const library = await newLibrary({ slots: 3, cartridges: 2 });
    const [drive] = library.drives;
    if (drive === undefined) throw new Error('no drive');
    expect(await outcome(send(drive, testUnitReady()))).toBe('2/3a/00');
    expect(await outcome(send(library, moveMedium({ source: SLOT, destination: DRIVE })))).toBe('good');
    expect(drive.cartridge).toBe('A00001L8');
    expect(await outcome(send(drive, testUnitReady()))).toBe('6/28/00');
    expect(await outcome(send(drive, testUnitReady()))).toBe('good');
    const [seen] = await elementStatus(library, { elementType: 'dataTransfer', count: 1, volumeTags: true });
    expect(seen).toMatchObject({ flags: FULL, tag: 'A00001L8', origin: [0x81, SLOT] });
    expect(await outcome(send(library, moveMedium({ source: DRIVE, destination: SLOT })))).toBe('5/3a/00');
    await send(drive, loadUnload({ load: false }));
    const [unloaded] = await elementStatus(library, { elementType: 'dataTransfer', count: 1 });
    expect(unloaded?.flags).toBe(FULL | ACCESS);
    expect(await outcome(send(library, moveMedium({ source: DRIVE, destination: SLOT })))).toBe('good');
    expect(drive.cartridge).toBeUndefined();
    expect(await outcome(send(drive, testUnitReady()))).toBe('2/3a/00');
    expect(contents(library)).toEqual({ 1001: 'A00001L8', 1002: 'A00002L8' });
  });

  it('unloads the drive itself where the library does', async () => {
    const library = await newLibrary({ unloadsDrives: true });
    const [drive] = library.drives;
    await send(library, moveMedium({ source: SLOT, destination: DRIVE }));
    const [seen] = await elementStatus(library, { elementType: 'dataTransfer', count: 1 });
    expect(seen?.flags).toBe(FULL | ACCESS);
    if (drive) expect(await outcome(send(drive, preventAllow(true)))).toBe('6/28/00');
    if (drive) expect(await outcome(send(drive, preventAllow(true)))).toBe('good');
    expect(await outcome(send(library, moveMedium({ source: DRIVE, destination: SLOT })))).toBe('5/53/03');
    if (drive) await send(drive, preventAllow(false));
    expect(await outcome(send(library, moveMedium({ source: DRIVE, destination: SLOT })))).toBe('good');
    expect(drive?.cartridge).toBeUndefined();
  });

  it('is refused for what is not there, not free, or no element', async () => {
    const library = await newLibrary({ slots: 3, cartridges: 2 });
    const before = contents(library);
    const move = (source: number, destination: number) => outcome(send(library, moveMedium({ source, destination })));
    expect(await move(SLOT + 2, DRIVE)).toBe('5/3b/0e');
    expect(await move(SLOT, SLOT + 1)).toBe('5/3b/0d');
    expect(await move(SLOT, 500)).toBe('5/21/01');
    expect(await move(500, SLOT)).toBe('5/21/01');
    expect(await move(SLOT, 0)).toBe('5/24/00');
    expect(await outcome(send(library, moveMedium({ transport: 7, source: SLOT, destination: DRIVE })))).toBe(
      '5/21/01',
    );
    expect(await move(SLOT, SLOT)).toBe('good');
    expect(contents(library)).toEqual(before);
  });

  it('exchanges two cartridges, in one step or over a third element', async () => {
    const library = await newLibrary({ slots: 4, cartridges: 3 });
    const exchange = (source: number, firstDestination: number, secondDestination: number) =>
      outcome(send(library, exchangeMedium({ source, firstDestination, secondDestination })));
    expect(await exchange(SLOT, SLOT + 1, SLOT)).toBe('good');
    expect(contents(library)).toEqual({ 1001: 'A00002L8', 1002: 'A00001L8', 1003: 'A00003L8' });
    expect(await exchange(SLOT, SLOT + 1, SLOT + 3)).toBe('good');
    expect(contents(library)).toEqual({ 1002: 'A00002L8', 1003: 'A00003L8', 1004: 'A00001L8' });
    expect(await exchange(SLOT + 1, SLOT + 2, SLOT + 3)).toBe('5/3b/0d');
    expect(await exchange(SLOT, SLOT + 2, SLOT)).toBe('5/3b/0e');
    expect(await exchange(SLOT + 1, SLOT + 1, SLOT)).toBe('5/3b/0d');
    await send(library, moveMedium({ source: SLOT + 1, destination: DRIVE }));
    expect(await exchange(SLOT + 2, DRIVE, SLOT + 2)).toBe('5/3a/00');
    const [drive] = library.drives;
    if (drive === undefined) throw new Error('no drive');
    await send(drive, testUnitReady());
    await send(drive, loadUnload({ load: false }));
    expect(await exchange(SLOT + 2, DRIVE, SLOT + 2)).toBe('good');
    expect(drive.cartridge).toBe('A00003L8');
    expect(contents(library)).toEqual({ 1: 'A00003L8', 1003: 'A00002L8', 1004: 'A00001L8' });
  });

  it('takes the time of the way and of the hand', async () => {
    const library = await newLibrary({ slots: 4, speed: { travel: 0.2, handling: 0.05 } });
    const begun = performance.now();
    expect(await outcome(send(library, positionToElement({ destination: SLOT + 3 })))).toBe('good');
    expect(performance.now() - begun).toBeGreaterThan(190);
    expect(await outcome(send(library, positionToElement({ destination: SLOT + 3 })))).toBe('good');
    const moving = performance.now();
    await send(library, moveMedium({ source: SLOT + 3, destination: DRIVE }));
    expect(performance.now() - moving).toBeGreaterThan(250);
    expect(await outcome(send(library, positionToElement({ destination: 77 })))).toBe('5/21/01');
  });
});

describe('the mail slots', () => {
  it('let cartridges in and out, which all initiators are told', async () => {
    const library = await newLibrary({ slots: 2, cartridges: 1 });
    await send(library, testUnitReady(), 'other');
    expect(await library.import({ barcode: 'IN0001L8', capacityBytes: 1e6 })).toBe(MAIL);
    expect(await outcome(send(library, testUnitReady()))).toBe('6/28/01');
    expect(await outcome(send(library, testUnitReady(), 'other'))).toBe('6/28/01');
    expect(await outcome(send(library, testUnitReady()))).toBe('good');
    await send(library, moveMedium({ source: MAIL, destination: SLOT + 1 }));
    await send(library, moveMedium({ source: SLOT, destination: MAIL }));
    const [mail] = await elementStatus(library, { elementType: 'importExport', volumeTags: true });
    // The robot put it there, not the operator.
    expect(mail).toMatchObject({ flags: MAIL_FLAGS | ACCESS | FULL, tag: 'A00001L8', origin: [0x81, SLOT] });
    await library.export('A00001L8');
    expect(await library.outside()).toEqual(['A00001L8']);
    expect(contents(library)).toEqual({ 1002: 'IN0001L8' });
    expect(await library.import('A00001L8')).toBe(MAIL);
    await expect(library.import('A00001L8')).rejects.toThrow('is in the library');
    await expect(library.export('IN0001L8')).rejects.toThrow('is in no mail slot');
    await library.import({ capacityBytes: 1e6 });
    await expect(library.import({ capacityBytes: 1e6 })).rejects.toThrow('no mail slot is empty');
  });

  it('are locked by whoever prevents removal, and are out of reach while they are open', async () => {
    const library = await newLibrary({ slots: 2 });
    await send(library, preventAllow(true));
    await expect(library.import({ capacityBytes: 1e6 })).rejects.toThrow('locked');
    expect(await outcome(send(library, openCloseImportExport(MAIL, 'open')))).toBe('5/53/02');
    await send(library, preventAllow(false));
    expect(await outcome(send(library, openCloseImportExport(MAIL, 'open')))).toBe('good');
    expect(await outcome(send(library, moveMedium({ source: SLOT, destination: MAIL })))).toBe('5/3b/11');
    const [mail] = await elementStatus(library, { elementType: 'importExport' });
    expect(mail?.flags).toBe(MAIL_FLAGS);
    expect(await outcome(send(library, openCloseImportExport(MAIL, 'close')))).toBe('good');
    expect(await outcome(send(library, moveMedium({ source: SLOT, destination: MAIL })))).toBe('good');
    expect(await outcome(send(library, openCloseImportExport(SLOT, 'open')))).toBe('5/21/01');
  });
});

describe('what goes wrong', () => {
  it('a stuck cartridge, a label that cannot be read, a robot that is offline', async () => {
    const library = await newLibrary({ slots: 3, cartridges: 2 });
    library.faults = { stuck: [SLOT], unreadable: ['A00002L8'] };
    expect(await outcome(send(library, moveMedium({ source: SLOT, destination: DRIVE })))).toBe('4/53/00');
    expect(contents(library)[SLOT]).toBe('A00001L8');
    const seen = await elementStatus(library, { elementType: 'storage', volumeTags: true });
    expect(seen[1]).toMatchObject({ flags: ACCESS | EXCEPT | FULL, asc: 0x83, tag: '' });
    library.faults = { offline: true };
    expect(await outcome(send(library, testUnitReady()))).toBe('2/04/12');
    expect(await outcome(send(library, inquiry()))).toBe('good');
    library.faults = {};
    expect(await outcome(send(library, moveMedium({ source: SLOT, destination: DRIVE })))).toBe('good');
  });

  it('a stuck second cartridge of an exchange leaves the first where it was', async () => {
    const library = await newLibrary({ slots: 3, cartridges: 2, unloadsDrives: true });
    await send(library, moveMedium({ source: SLOT, destination: DRIVE }));
    library.faults = { stuck: [SLOT + 1] };
    const exchange = exchangeMedium({ source: DRIVE, firstDestination: SLOT + 1, secondDestination: SLOT + 2 });
    expect(await outcome(send(library, exchange))).toBe('4/53/00');
    expect(contents(library)).toEqual({ 1: 'A00001L8', 1002: 'A00002L8' });
    expect(library.drives[0]?.cartridge).toBe('A00001L8');
  });

  it('raises TapeAlert flags of changers, which reading clears unless what they tell lasts', async () => {
    const library = await newLibrary({ slots: 3, cartridges: 2 });
    const flags = async () => {
      const page = decodeLogPage((await send(library, logSense(0x2e))).dataIn);
      return page.parameters.flatMap(({ code, value }) => (value[0] === 1 ? [code] : []));
    };
    expect(await flags()).toEqual([]);
    library.faults = { stuck: [SLOT], unreadable: ['A00002L8'] };
    await send(library, moveMedium({ source: SLOT, destination: DRIVE }));
    await send(library, openCloseImportExport(MAIL, 'open'));
    expect(await flags()).toEqual([13, 32]);
    expect(await flags()).toEqual([32]);
    library.faults = { offline: true };
    expect(await flags()).toEqual([21]);
    const supported = await send(library, logSense(0));
    expect([...supported.dataIn]).toEqual([0, 0, 0, 2, 0x00, 0x2e]);
    expect(await outcome(send(library, logSense(0x0c)))).toBe('5/24/00');
  });

  it('commands by name, which are those of a changer', async () => {
    const library = await newLibrary();
    library.faults = {
      commands: [{ command: 'MOVE MEDIUM', times: 1, outcome: { sense: { key: 4, asc: 0x15, ascq: 1 } } }],
    };
    const move = () => outcome(send(library, moveMedium({ source: SLOT, destination: DRIVE })));
    expect(await move()).toBe('4/15/01');
    expect(await move()).toBe('good');
  });

  it('a cleaning cartridge comes out of the drive when it is done', async () => {
    const library = await newLibrary({ slots: 2, cleaning: 1, drive: { loadSeconds: 0.2 } });
    const cleaner = SLOT + 1;
    await send(library, moveMedium({ source: cleaner, destination: DRIVE }));
    expect(await outcome(send(library, moveMedium({ source: DRIVE, destination: cleaner })))).toBe('5/3a/00');
    await new Promise((resolve) => setTimeout(resolve, 250));
    const [drive] = library.drives;
    if (drive) await send(drive, testUnitReady());
    // It was put out.
    if (drive) expect(await outcome(send(drive, testUnitReady()))).toBe('2/04/02');
    expect(await outcome(send(library, moveMedium({ source: DRIVE, destination: cleaner })))).toBe('good');
  });
});
