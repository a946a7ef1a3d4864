import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asciiPad,
  decodeAttributeIds,
  decodeAttributeValues,
  decodePartitionList,
  decodeSense,
  encodeAttributeValues,
  loadUnload,
  mamValues,
  type RawAttribute,
  read6,
  readAttribute,
  rewind,
  write6,
  writeAttribute,
} from '../../src/scsi/index.js';
import type { VirtualDrive } from '../../src/virtual/index.js';
import { RUNS } from '../support/property.js';
import { newDrive, openDrive, outcome, pattern, send } from './support.js';

function ascii(id: number, text: string, length: number): RawAttribute {
  return { id, readOnly: false, format: 'ascii', bytes: asciiPad(text, length) };
}

async function attributes(drive: VirtualDrive): Promise<readonly RawAttribute[]> {
  return decodeAttributeValues((await send(drive, readAttribute())).dataIn).attributes;
}

async function values(drive: VirtualDrive) {
  return mamValues(await attributes(drive));
}

function change(drive: VirtualDrive, list: readonly RawAttribute[]): Promise<string> {
  return outcome(send(drive, writeAttribute({ data: encodeAttributeValues(list) })));
}

describe('what drive and maker keep', () => {
  it('tells what the cartridge is', async () => {
    const drive = await newDrive({ generation: 9, cartridge: { barcode: 'T00001L9', worm: true } });
    const { mediumDensityCode, formattedDensityCode, mediumType, maximumCapacity, barcode, loadCount } =
      await values(drive);
    expect({ mediumDensityCode, formattedDensityCode, mediumType, barcode, loadCount }).toEqual({
      mediumDensityCode: 0x60,
      formattedDensityCode: 0x60,
      mediumType: 'worm',
      barcode: 'T00001L9',
      loadCount: 1,
    });
    expect(maximumCapacity).toBe(Math.floor(18e12 / 2 ** 20) * 2 ** 20);
  });

  it('counts what is written and read, in life and since the load', async () => {
    const drive = await newDrive();
    const data = pattern(2 ** 20, 1);
    const before = (await values(drive)).remainingCapacity ?? 0;
    for (let record = 0; record < 3; record++) await send(drive, write6({ data }));
    await send(drive, rewind());
    await send(drive, read6({ length: data.length }));
    const { lifetimeWritten, lifetimeRead, loadWritten, remainingCapacity = 0 } = await values(drive);
    expect([lifetimeWritten, lifetimeRead, loadWritten]).toEqual([3 * 2 ** 20, 1 * 2 ** 20, 3 * 2 ** 20]);
    expect(before - remainingCapacity).toBeGreaterThanOrEqual(3 * 2 ** 20);
    await send(drive, loadUnload({ load: false }));
    await send(drive, loadUnload({ load: true }));
    await send(drive, rewind());
    const later = await values(drive);
    expect([later.lifetimeWritten, later.loadWritten, later.loadCount]).toEqual([3 * 2 ** 20, 0, 2]);
    expect(later.lastLoadDrive).toEqual({ vendor: 'NODE-LTO', serial: drive.identity.serial });
    expect(later.lastLoadDrive1).toEqual(later.lastLoadDrive);
  });
});

describe('what hosts write', () => {
  it('is read back, and survives the drive', async () => {
    const drive = await newDrive();
    expect(await change(drive, [ascii(0x0801, 'ARCHIVE', 32), ascii(0x0806, 'X00001L8', 32)])).toBe('good');
    await drive.close();
    const { applicationName, barcode } = await values(await openDrive(drive.folder));
    expect([applicationName, barcode]).toEqual(['ARCHIVE', 'X00001L8']);
  });

  it('is on disk when the command is answered', async () => {
    const drive = await newDrive({ cartridge: { barcode: 'T00001L8' } });
    await change(drive, [ascii(0x0800, 'ACME', 8)]);
    const memory = await readFile(join(drive.folder, 'cartridges', 'T00001L8', 'memory.json'), 'utf8');
    expect(JSON.parse(memory).attributes['0800']).toEqual({ format: 'ascii', text: 'ACME    ' });
  });

  it('is deleted by a length of zero', async () => {
    const drive = await newDrive();
    await change(drive, [ascii(0x0801, 'ARCHIVE', 32)]);
    expect(await change(drive, [{ id: 0x0801, readOnly: false, format: 'ascii', bytes: new Uint8Array(0) }])).toBe(
      'good',
    );
    expect((await attributes(drive)).some(({ id }) => id === 0x0801)).toBe(false);
  });

  it.each([
    ['an attribute of the drive', { id: 0x0003, readOnly: false, format: 'binary', bytes: new Uint8Array(8) }],
    ['an attribute of the medium', ascii(0x0401, 'FORGED', 32)],
    ['an attribute that there is not', ascii(0x0bff, 'x', 8)],
    ['a barcode of another length', ascii(0x0806, 'X', 8)],
    ['another format', { id: 0x0801, readOnly: false, format: 'binary', bytes: new Uint8Array(32) }],
  ] as const)('%s is refused, and all that came with it', async (_, attribute) => {
    const drive = await newDrive();
    const before = await attributes(drive);
    expect(await change(drive, [ascii(0x0800, 'ACME', 8), attribute])).toBe('5/26/00');
    expect(await attributes(drive)).toEqual(before);
  });

  it('is refused on a write-protected cartridge', async () => {
    const drive = await newDrive({ cartridge: { writeProtected: true } });
    expect(await change(drive, [ascii(0x0800, 'ACME', 8)])).toBe('7/27/00');
  });

  it('takes any value of a known attribute', async () => {
    const drive = await newDrive();
    const property = fc.asyncProperty(fc.uint8Array({ minLength: 36, maxLength: 36 }), async (bytes) => {
      expect(await change(drive, [{ id: 0x0820, readOnly: false, format: 'binary', bytes }])).toBe('good');
      const stored = (await attributes(drive)).find(({ id }) => id === 0x0820);
      expect(Buffer.from(stored?.bytes ?? [])).toEqual(Buffer.from(bytes));
    });
    await fc.assert(property, { numRuns: Math.min(RUNS.numRuns, 50) });
  });
});

describe('READ ATTRIBUTE', () => {
  it('refuses a first attribute that is not set, and points at it', async () => {
    const drive = await newDrive();
    const { sense } = await send(drive, readAttribute({ firstAttribute: 0x0803 }));
    const decoded = decodeSense(sense);
    expect([decoded?.key, decoded?.asc, decoded?.ascq]).toEqual([5, 0x24, 0]);
    expect(decoded?.field).toMatchObject({ inCdb: true, byte: 8 });
  });

  it('begins with the first attribute, and is cut at the allocation length', async () => {
    const drive = await newDrive();
    const whole = await attributes(drive);
    const from = await send(drive, readAttribute({ firstAttribute: 0x0400 }));
    const rest = whole.filter(({ id }) => id >= 0x0400);
    expect(decodeAttributeValues(from.dataIn).attributes).toEqual(rest);
    const cut = await send(drive, readAttribute({ allocationLength: 40 }));
    expect(cut.dataIn.length).toBe(40);
    expect(decodeAttributeValues(cut.dataIn).truncated).toBe(true);
  });

  it('lists what is set, what may be set, and the partitions', async () => {
    const drive = await newDrive();
    const list = decodeAttributeIds((await send(drive, readAttribute({ serviceAction: 'attributeList' }))).dataIn);
    expect(list.ids).toEqual((await attributes(drive)).map(({ id }) => id));
    const supported = await send(drive, readAttribute({ serviceAction: 'supportedAttributes' }));
    expect(decodeAttributeIds(supported.dataIn).ids).toEqual(expect.arrayContaining([...list.ids, 0x0803, 0x080c]));
    const partitions = await send(drive, readAttribute({ serviceAction: 'partitionList' }));
    expect(decodePartitionList(partitions.dataIn)).toEqual({ first: 0, count: 1 });
    expect(await outcome(send(drive, readAttribute({ partition: 1 })))).toBe('5/24/00');
  });

  it('is possible while the cartridge is not loaded', async () => {
    const drive = await newDrive();
    await send(drive, loadUnload({ load: false }));
    expect(await outcome(send(drive, readAttribute()))).toBe('good');
    await drive.remove();
    expect(await outcome(send(drive, readAttribute()))).toBe('2/3a/00');
  });
});
