import { describe, expect, it } from 'vitest';
import {
  DEVICE_CONFIGURATION_EXTENSION,
  decodeAttributeValues,
  decodeDiagnosticData,
  decodeLogPage,
  decodeLogValues,
  decodeLongPosition,
  decodeModeParameters,
  encodeAttributeValues,
  encodeHostAttribute,
  encodeModeParameters,
  findModePage,
  formatMedium,
  locate10,
  locate16,
  logSense,
  MEDIUM_PARTITION,
  modeSelect10,
  modeSense10,
  read6,
  readAttribute,
  readPosition,
  rewind,
  setCapacity,
  space6,
  TAPE_CAPACITY,
  VOLUME_STATISTICS,
  withChanges,
  withPartitionSizes,
  write6,
  writeAttribute,
  writeFilemarks6,
} from '../../src/scsi/index.js';
import type { VirtualDrive } from '../../src/virtual/index.js';
import { newDrive, openDrive, outcome, pattern, send, where } from './support.js';

const cartridge = { capacityBytes: 100e6 };
const MEGABYTES = { partitionSizeUnit: 2, initiatorDefinedPartitions: true };
const REST = 0xffff;

/** MODE SELECT of page 11: sizes in megabytes, as many as the drive has room for. */
async function plan(drive: VirtualDrive, sizes: readonly number[], changes = {}, wanted = REST): Promise<string> {
  const sensed = decodeModeParameters((await send(drive, modeSense10({ pageCode: 0x11 }))).dataIn, 10);
  const page = findModePage(sensed, MEDIUM_PARTITION.page);
  if (page === undefined) throw new Error('the page is missing');
  const fields = { ...MEGABYTES, additionalPartitionsDefined: sizes.length - 1, ...changes };
  const room = Math.min(wanted, (page.bytes.length - MEDIUM_PARTITION.length) / 2);
  const padded = [...sizes, ...Array<number>(room).fill(0)].slice(0, room);
  const bytes = withPartitionSizes(withChanges(MEDIUM_PARTITION, page.bytes, fields), padded);
  const parameters = { ...sensed, mediumType: 0, writeProtected: false, pages: [{ ...page, bytes }] };
  return outcome(send(drive, modeSelect10({ data: encodeModeParameters(parameters, 10, { select: true }) })));
}

async function twoPartitions(): Promise<VirtualDrive> {
  const drive = await newDrive({ cartridge });
  expect(await plan(drive, [20, REST])).toBe('good');
  expect(await outcome(send(drive, formatMedium({ format: 1 })))).toBe('good');
  return drive;
}

describe('two partitions', () => {
  it('keep their data apart, over a power cycle', async () => {
    const drive = await twoPartitions();
    await send(drive, write6({ data: pattern(1000, 1) }));
    await send(drive, writeFilemarks6({ count: 1 }));
    await send(drive, locate10({ logicalObject: 0, partition: 1 }));
    await send(drive, write6({ data: pattern(2000, 2) }));
    expect(await where(drive)).toEqual([1, 0]);
    await drive.close();
    const again = await openDrive(drive.folder);
    expect(await where(again)).toEqual([1, 0]);
    await send(again, rewind());
    expect((await send(again, read6({ length: 2000 }))).dataIn).toEqual(Buffer.from(pattern(2000, 2)));
    expect(await outcome(send(again, read6({ length: 1 })))).toMatch(/^8\/00\/05/);
    await send(again, locate16({ destination: 'logicalObject', identifier: 0, partition: 0 }));
    expect((await send(again, read6({ length: 1000 }))).dataIn).toEqual(Buffer.from(pattern(1000, 1)));
  });

  it('end each for itself', async () => {
    const drive = await twoPartitions();
    const data = pattern(5_000_000, 1);
    const outcomes: string[] = [];
    for (let record = 0; record < 4; record += 1) outcomes.push(await outcome(send(drive, write6({ data }))));
    expect(outcomes.at(-1)).toMatch(/^d\/00\/02/);
    await send(drive, locate16({ destination: 'endOfData', partition: 1 }));
    for (let record = 0; record < 10; record += 1) expect(await outcome(send(drive, write6({ data })))).toBe('good');
    expect(await outcome(send(drive, space6({ code: 'filemarks', count: -1 })))).toMatch(/^0\/00\/04/);
  });

  it('have their own capacity in the cartridge memory and in the log', async () => {
    const drive = await twoPartitions();
    await send(drive, locate10({ logicalObject: 0, partition: 1 }));
    await send(drive, write6({ data: pattern(8_000_000, 1) }));
    const capacity = async (partition: number) => {
      const { attributes } = decodeAttributeValues((await send(drive, readAttribute({ partition }))).dataIn);
      return attributes.slice(0, 2).map(({ bytes }) => Number(Buffer.from(bytes).readBigUInt64BE()));
    };
    expect(await capacity(0)).toEqual([19, 19]);
    expect(await capacity(1)).toEqual([68, 76]);
    expect(await outcome(send(drive, readAttribute({ partition: 2 })))).toMatch(/^5\/24\/00/);
    const page = async (code: number) => decodeLogPage((await send(drive, logSense(code))).dataIn);
    expect(decodeLogValues(VOLUME_STATISTICS, await page(0x17)).values).toMatchObject({
      nativeCapacity: 100,
      usedNativeCapacity: 8,
      remainingNativeCapacityOfPartitions: [
        { partition: 0, count: 20 },
        { partition: 1, count: 72 },
      ],
    });
    expect(decodeLogValues(TAPE_CAPACITY, await page(0x31)).values).toMatchObject({
      mainMaximum: 19,
      alternateMaximum: 76,
    });
  });

  it('have their own volume coherency information', async () => {
    const drive = await twoPartitions();
    for (const partition of [0, 1]) {
      const attribute = encodeHostAttribute(0x0809, `PARTITION ${partition}`);
      await send(drive, writeAttribute({ data: encodeAttributeValues([attribute]), partition }));
    }
    for (const partition of [0, 1]) {
      const reply = await send(drive, readAttribute({ partition, firstAttribute: 0x0809 }));
      const [attribute] = decodeAttributeValues(reply.dataIn).attributes;
      expect(Buffer.from(attribute?.bytes ?? []).toString()).toContain(`PARTITION ${partition}`);
    }
  });
});

describe('FORMAT MEDIUM', () => {
  it('wants the tape at its beginning', async () => {
    const drive = await newDrive({ cartridge });
    await send(drive, write6({ data: pattern(10, 1) }));
    expect(await outcome(send(drive, formatMedium()))).toBe('5/3b/0c');
    expect(await outcome(send(drive, setCapacity()))).toBe('5/3b/0c');
  });

  it('divides as mode page 11 has it, and refuses what can not be', async () => {
    const drive = await newDrive({ cartridge });
    expect(await plan(drive, [60, 60])).toBe('5/26/00');
    expect(await plan(drive, [REST, REST])).toBe('5/26/00');
    expect(await plan(drive, [10, 10, 10, 10, 10])).toBe('5/26/00');
    expect(await plan(drive, [0, REST])).toBe('5/26/00');
    expect(await plan(drive, [0, 0], { fixedDataPartitions: true })).toBe('good');
    expect(await outcome(send(drive, formatMedium({ format: 1 })))).toBe('good');
    expect(await outcome(send(drive, locate10({ logicalObject: 0, partition: 1 })))).toBe('good');
  });
});

describe('a medium partition page that ends before all the sizes that there is room for', () => {
  it.each([
    ['as st sends it, with those of both partitions', [20, REST], {}, 2, 'good'],
    ['with those of both of four', [20, REST], {}, 3, 'good'],
    ['without the second', [REST, 20], {}, 1, '5/26/00'],
    ['without any', [20, REST], {}, 0, '5/26/00'],
    ['without any, for fixed partitions', [0, 0], { fixedDataPartitions: true }, 0, 'good'],
  ])('%s', async (_, sizes, changes, room, expected) => {
    const drive = await newDrive({ cartridge });
    expect(await plan(drive, sizes, changes, room)).toBe(expected);
    await send(drive, formatMedium({ format: 1 }));
    const there = await outcome(send(drive, locate10({ logicalObject: 0, partition: 1 })));
    expect(there).toBe(expected === 'good' ? 'good' : '5/24/00');
  });
});

describe('log pages after a failure', () => {
  it('tell of it in the diagnostic data, the newest first', async () => {
    const drive = await newDrive({ cartridge });
    const failing = (asc: number) => [{ command: 'WRITE(6)' as const, times: 1, outcome: { sense: { key: 3, asc } } }];
    drive.faults = failing(0x0c);
    await send(drive, write6({ data: pattern(10, 1) }));
    drive.faults = failing(0x0c);
    await send(drive, write6({ data: pattern(10, 1) }));
    const entries = decodeDiagnosticData(decodeLogPage((await send(drive, logSense(0x16))).dataIn));
    expect(entries).toHaveLength(2);
    expect(entries[0]).toMatchObject({ senseKey: 3, asc: 0x0c, operationCode: 0x0a, densityCode: 0x5e });
  });
});

describe('programmable early warning', () => {
  it('is told once on the way in, and by READ POSITION from there on', async () => {
    const drive = await newDrive({ cartridge: { capacityBytes: 10e6 }, earlyWarningBytes: 1e6 });
    const sensed = decodeModeParameters(
      (await send(drive, modeSense10({ pageCode: 0x10, subpageCode: 1 }))).dataIn,
      10,
    );
    const pages = sensed.pages.map((page) => ({
      ...page,
      bytes: withChanges(DEVICE_CONFIGURATION_EXTENSION, page.bytes, { programmableEarlyWarningSize: 3 }),
    }));
    const data = encodeModeParameters({ ...sensed, mediumType: 0, pages }, 10, { select: true });
    expect(await outcome(send(drive, modeSelect10({ data })))).toBe('good');
    const outcomes: string[] = [];
    for (let record = 0; record < 9; record += 1) {
      outcomes.push(await outcome(send(drive, write6({ data: pattern(1_000_000, record) }))));
    }
    expect(outcomes.map((each) => each.slice(0, 7))).toEqual([
      ...Array<string>(5).fill('good'),
      '0/00/07',
      ...Array<string>(2).fill('good'),
      '0/00/02',
    ]);
    const position = decodeLongPosition((await send(drive, readPosition('long'))).dataIn);
    expect(position.beyondEarlyWarning).toBe(true);
  });
});
