import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  commandName,
  DATA_COMPRESSION,
  DEVICE_STATUS,
  decodeBlockLimits,
  decodeDensitySupport,
  decodeDeviceIdentification,
  decodeInquiry,
  decodeLogPage,
  decodeLogValues,
  decodeMediumTypeSupport,
  decodeModePage,
  decodeModeParameters,
  decodeSense,
  decodeSerialNumber,
  decodeSupportedLogPages,
  decodeSupportedPages,
  decodeSupportedTapeAlerts,
  decodeTapeAlert,
  decodeTapeAlertResponse,
  encodeModeParameters,
  findModePage,
  inquiry,
  logSense,
  modeSelect10,
  modeSense6,
  modeSense10,
  OPERATION_CODES,
  read6,
  readBlockLimits,
  reportDensitySupport,
  reportLuns,
  requestSense,
  rewind,
  SEQUENTIAL_ACCESS_LOG,
  testUnitReady,
  VOLUME_STATISTICS,
  withChanges,
  write6,
} from '../../src/scsi/index.js';
import type { VirtualDrive } from '../../src/virtual/index.js';
import { RUNS } from '../support/property.js';
import { newDrive, newDriveFolder, openDrive, outcome, pattern, send } from './support.js';

describe('identity', () => {
  it('is told without touching a waiting unit attention', async () => {
    const drive = await openDrive(await newDriveFolder({ generation: 9, serial: 'SERIAL01' }));
    const { vendor, product, peripheralDeviceType, removableMedium } = decodeInquiry(
      (await send(drive, inquiry())).dataIn,
    );
    expect({ vendor, product, peripheralDeviceType, removableMedium }).toEqual({
      vendor: 'NODE-LTO',
      product: 'VIRTUAL LTO-9',
      peripheralDeviceType: 1,
      removableMedium: true,
    });
    expect(await outcome(send(drive, reportLuns()))).toBe('good');
    expect(await outcome(send(drive, testUnitReady()))).toBe('6/29/00');
  });

  it('has every vital product data page that it lists', async () => {
    const drive = await newDrive({ serial: 'SERIAL01' });
    const page = async (vpdPage: number) => (await send(drive, inquiry({ vpdPage }))).dataIn;
    const pages = decodeSupportedPages(await page(0));
    expect(pages).toEqual([0x00, 0x80, 0x83, 0x86, 0xb0, 0xb1, 0xb2, 0xb3, 0xb5]);
    for (const code of pages) expect((await page(code))[1]).toBe(code);
    expect(decodeSerialNumber(await page(0x80))).toBe('SERIAL01');
    expect(decodeSerialNumber(await page(0xb3), 'automationSerialNumber')).toBe('');
    const names = decodeDeviceIdentification(await page(0x83));
    expect(names.map(({ type }) => type)).toEqual(['t10Vendor', 'naa']);
    expect(decodeSupportedTapeAlerts(await page(0xb2))).toContain(60);
    expect(await outcome(send(drive, inquiry({ vpdPage: 0xc0 })))).toBe('5/24/00');
  });

  it('limits blocks to what LTO drives take', async () => {
    const limits = decodeBlockLimits((await send(await newDrive(), readBlockLimits())).dataIn);
    expect(limits).toEqual({ granularity: 0, maximumBlockLength: 0x800000, minimumBlockLength: 1 });
  });

  it('names the densities that it reads and writes', async () => {
    const drive = await newDrive({ generation: 7, cartridge: { generation: 6 } });
    const densities = decodeDensitySupport((await send(drive, reportDensitySupport())).dataIn);
    const told = densities.map(({ primaryDensityCode, writable }) => [primaryDensityCode, writable]);
    expect(told).toEqual([
      [0x58, false],
      [0x5a, true],
      [0x5c, true],
    ]);
    const loaded = decodeDensitySupport((await send(drive, reportDensitySupport({ media: true }))).dataIn);
    expect(loaded.map(({ primaryDensityCode }) => primaryDensityCode)).toEqual([0x5a]);
  });

  it('names the types of cartridges, and that of the one in it', async () => {
    const drive = await newDrive({ generation: 9, cartridge: { worm: true } });
    const types = async (media: boolean) => {
      const { dataIn } = await send(drive, reportDensitySupport({ mediumType: true, media }));
      return decodeMediumTypeSupport(dataIn).map(({ mediumType, densityCodes }) => [mediumType, ...densityCodes]);
    };
    expect(await types(false)).toEqual([
      [0x88, 0x5e],
      [0x8c, 0x5e],
      [0x98, 0x60],
      [0x9c, 0x60],
    ]);
    expect(await types(true)).toEqual([[0x9c, 0x60]]);
  });
});

describe('REQUEST SENSE', () => {
  it('takes what waits, and then tells whether the drive is ready', async () => {
    const drive = await openDrive(await newDriveFolder());
    const codes = async () => {
      const sense = decodeSense((await send(drive, requestSense())).dataIn);
      return [sense?.key, sense?.asc, sense?.ascq];
    };
    expect(await codes()).toEqual([6, 0x29, 0]);
    expect(await codes()).toEqual([0, 0, 0]);
    await drive.remove();
    expect(await codes()).toEqual([2, 0x3a, 0]);
  });
});

describe('mode parameters', () => {
  const ALL = 0x3f;

  it('tell density, medium type and write protection', async () => {
    const drive = await newDrive({ cartridge: { worm: true, writeProtected: true } });
    for (const [command, form] of [
      [modeSense6({ pageCode: ALL }), 6],
      [modeSense10({ pageCode: ALL, subpageCode: 0xff }), 10],
    ] as const) {
      const { mediumType, writeProtected, blockDescriptor, pages } = decodeModeParameters(
        (await send(drive, command)).dataIn,
        form,
      );
      expect([mediumType, writeProtected, blockDescriptor?.densityCode]).toEqual([0x8c, true, 0x5e]);
      expect(pages.map(({ pageCode }) => pageCode)).toEqual(expect.arrayContaining([0x0f, 0x10, 0x11, 0x1c, 0x1d]));
    }
  });

  it('change what may be changed, and keep it until the power is off', async () => {
    const drive = await newDrive();
    const before = await compressionPage(drive);
    const bytes = withChanges(DATA_COMPRESSION, before.bytes, { compressionEnabled: false });
    expect(await select(drive, { ...before, bytes })).toBe('good');
    await drive.close();
    const again = await openDrive(drive.folder);
    expect(decodeModePage(DATA_COMPRESSION, (await compressionPage(again)).bytes).compressionEnabled).toBe(false);
  });

  it('refuse a change of anything else, and change nothing', async () => {
    const drive = await newDrive();
    const before = await compressionPage(drive);
    const changes = { compressionEnabled: false, compressionAlgorithm: 7 };
    const bytes = withChanges(DATA_COMPRESSION, before.bytes, changes);
    expect(await select(drive, { ...before, bytes })).toBe('5/26/00');
    expect(await compressionPage(drive)).toEqual(before);
  });

  async function compressionPage(drive: VirtualDrive) {
    const answer = await send(drive, modeSense10({ pageCode: DATA_COMPRESSION.page }));
    const page = findModePage(decodeModeParameters(answer.dataIn, 10), DATA_COMPRESSION.page);
    if (page === undefined) throw new Error('the page is missing');
    return page;
  }

  function select(drive: VirtualDrive, page: Awaited<ReturnType<typeof compressionPage>>): Promise<string> {
    const parameters = { mediumType: 0, writeProtected: false, bufferedMode: 1, speed: 0, pages: [page] };
    return outcome(send(drive, modeSelect10({ data: encodeModeParameters(parameters, 10, { select: true }) })));
  }
});

describe('log pages', () => {
  async function page(drive: VirtualDrive, code: number) {
    return decodeLogPage((await send(drive, logSense(code))).dataIn);
  }

  it('are all there that are listed', async () => {
    const drive = await newDrive();
    const pages = decodeSupportedLogPages((await send(drive, logSense(0))).dataIn);
    expect(pages.map((listed) => listed.page)).toEqual([
      0, 2, 3, 0x0c, 0x0d, 0x11, 0x12, 0x14, 0x16, 0x17, 0x1b, 0x2e, 0x30, 0x31, 0x32,
    ]);
    for (const listed of pages) expect((await send(drive, logSense(listed.page))).dataIn[0]).toBe(listed.page);
    expect(await outcome(send(drive, logSense(0x3e)))).toBe('5/24/00');
  });

  it('count what was transferred', async () => {
    const drive = await newDrive();
    for (let record = 0; record < 2; record++) await send(drive, write6({ data: pattern(1_000_000, record) }));
    await send(drive, rewind());
    await send(drive, read6({ length: 1_000_000 }));
    const { values } = decodeLogValues(SEQUENTIAL_ACCESS_LOG, await page(drive, 0x0c));
    expect([values.bytesFromHost, values.bytesToHost, values.nativeToEndOfData]).toEqual([2_000_000, 1_000_000, 2]);
    const volume = decodeLogValues(VOLUME_STATISTICS, await page(drive, 0x17)).values;
    expect([volume.pageValid, volume.lifetimeMegabytesWritten, volume.nativeCapacity]).toEqual([true, 2, 12_000_000]);
  });

  it('say what the drive is doing', async () => {
    const drive = await newDrive();
    const status = async () => decodeLogValues(DEVICE_STATUS, await page(drive, 0x11)).values.status;
    expect(await status()).toMatchObject({ mediumPresent: true, mounted: true, writeProtected: false });
    await drive.remove();
    expect(await status()).toMatchObject({ mediumPresent: false, mounted: false });
  });

  it('raise TapeAlert flags; reading page 2E clears them and page 12 does not', async () => {
    const drive = await newDrive({ cartridge: { writeProtected: true } });
    await send(drive, write6({ data: pattern(1, 1) }));
    const flags = async () => decodeTapeAlertResponse(await page(drive, 0x12)).map(({ flag }) => flag);
    expect(await flags()).toEqual([9]);
    expect(await flags()).toEqual([9]);
    expect(decodeTapeAlert(await page(drive, 0x2e)).map(({ flag }) => flag)).toEqual([9]);
    expect(await flags()).toEqual([]);
  });
});

describe('commands that the drive does not have', () => {
  it('are refused, whatever their operation code', async () => {
    const drive = await newDrive();
    const known = new Set(Object.values(OPERATION_CODES).map(({ code }) => code as number));
    for (let code = 0; code < 0x100; code++) {
      if (!known.has(code))
        expect(await outcome(drive.execute(Uint8Array.of(code, ...new Uint8Array(15))))).toBe('5/20/00');
    }
    expect(commandName(Uint8Array.of(0x1d))).toBe('SEND DIAGNOSTIC');
    expect(await outcome(drive.execute(Uint8Array.of(0x1d, 0, 0, 0, 0, 0)))).toBe('5/20/00');
  });

  it('and any bytes are answered, if only with CHECK CONDITION', async () => {
    const drive = await newDrive({ cartridge: { capacityBytes: 1e6 } });
    await send(drive, write6({ data: pattern(1000, 1) }));
    const known = fc.constantFrom(...Object.values(OPERATION_CODES).map(({ code }) => code as number));
    const rest = fc.uint8Array({ minLength: 5, maxLength: 15 });
    const small = fc.array(fc.constantFrom(0, 0, 0, 1, 2, 3, 8, 0xff), { minLength: 15, maxLength: 15 });
    const property = fc.asyncProperty(known, fc.oneof(rest, small), fc.uint8Array(), async (code, bytes, list) => {
      const dataOut = Buffer.concat([list, Buffer.alloc(code === OPERATION_CODES['WRITE(6)'].code ? 0x1000000 : 0)]);
      const { status, sense } = await drive.execute(Uint8Array.of(code, ...bytes), { dataOut });
      expect([0, 2]).toContain(status);
      expect(decodeSense(sense) === undefined).toBe(status === 0);
    });
    await fc.assert(property, RUNS);
  });

  it('as those that are too short', async () => {
    const drive = await newDrive();
    expect(await outcome(drive.execute(new Uint8Array(0)))).toBe('5/20/00');
    expect(await outcome(drive.execute(Uint8Array.of(0x8c, 0, 0)))).toBe('5/24/00');
  });
});
