import { describe, expect, it } from 'vitest';
import { DriveBusyError, InvalidArgumentError } from '../../src/errors/index.js';
import {
  decodeShortPosition,
  erase6,
  loadUnload,
  locate16,
  preventAllow,
  read6,
  readPosition,
  rewind,
  space6,
  testUnitReady,
  write6,
  writeFilemarks6,
} from '../../src/scsi/index.js';
import type { VirtualDrive, VirtualDriveOptions } from '../../src/virtual/index.js';
import { newDrive, newDriveFolder, openDrive, outcome, pattern, send, where } from './support.js';

const RECORD = pattern(1000, 1);
const SPAN = 1008;

function writeOne(drive: VirtualDrive): Promise<string> {
  return outcome(send(drive, write6({ data: RECORD })));
}

function ready(drive: VirtualDrive): Promise<string> {
  return outcome(send(drive, testUnitReady()));
}

describe('a tape that fills', () => {
  const cartridge = { capacityBytes: 10 * SPAN };
  const options: VirtualDriveOptions = { cartridge, earlyWarningBytes: 3 * SPAN };

  it('warns early, takes what fits, then refuses whole records', async () => {
    const drive = await newDrive(options);
    for (let record = 1; record <= 6; record++) expect(await writeOne(drive)).toBe('good');
    for (let record = 7; record <= 10; record++) expect(await writeOne(drive)).toBe('0/00/02 EOM residual 0');
    expect(await writeOne(drive)).toBe('d/00/02 EOM residual 1000');
    expect(await outcome(send(drive, write6({ data: pattern(1, 1) })))).toBe('d/00/02 EOM residual 1');
    expect(await where(drive)).toEqual([10, 0]);
  });

  it('takes filemarks after its last record, and gives back all of it', async () => {
    const drive = await newDrive(options);
    while ((await writeOne(drive)) !== 'd/00/02 EOM residual 1000');
    expect(await outcome(send(drive, writeFilemarks6({ count: 2 })))).toBe('0/00/02 EOM residual 0');
    expect(await outcome(send(drive, writeFilemarks6({ count: 0x10000 })))).toBe('d/00/02 EOM residual 65536');
    expect(await outcome(send(drive, space6({ code: 'filemarks', count: -2 })))).toBe('good');
    expect(await outcome(send(drive, space6({ code: 'objects', count: -1 })))).toBe('good');
    expect(await outcome(send(drive, read6({ length: 1000 })))).toBe('good');
  });

  it('tells in READ POSITION when it is beyond early warning', async () => {
    const drive = await newDrive(options);
    const flags = async () => (await send(drive, readPosition('long'))).dataIn[0];
    expect(await flags()).toBe(0x80);
    for (let record = 1; record <= 8; record++) await writeOne(drive);
    expect(await flags()).toBe(0x40);
  });

  it("tells the position in the vendor's short form too, which Linux's st asks for", async () => {
    const drive = await newDrive();
    await send(drive, write6({ data: pattern(10, 1) }));
    const standard = await drive.execute(Uint8Array.of(0x34, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    const vendor = await drive.execute(Uint8Array.of(0x34, 1, 0, 0, 0, 0, 0, 0, 0, 0));
    expect(vendor).toEqual(standard);
    expect(decodeShortPosition(vendor.dataIn).firstObject).toBe(1);
  });

  it('has room again when it is written from an earlier position', async () => {
    const drive = await newDrive(options);
    while ((await writeOne(drive)) !== 'd/00/02 EOM residual 1000');
    await send(drive, locate16({ destination: 'logicalObject', identifier: 2 }));
    expect(await writeOne(drive)).toBe('good');
  });
});

describe('media that refuse', () => {
  it('write protected: no command that changes the tape', async () => {
    const drive = await newDrive({ cartridge: { writeProtected: true } });
    expect(await writeOne(drive)).toBe('7/27/00');
    expect(await outcome(send(drive, writeFilemarks6({ count: 1 })))).toBe('7/27/00');
    expect(await outcome(send(drive, erase6({ long: false })))).toBe('7/27/00');
    expect(await outcome(send(drive, writeFilemarks6({ count: 0 })))).toBe('good');
  });

  it('WORM: appends and nothing else', async () => {
    const drive = await newDrive({ cartridge: { worm: true } });
    expect(await writeOne(drive)).toBe('good');
    expect(await writeOne(drive)).toBe('good');
    await send(drive, locate16({ destination: 'logicalObject', identifier: 1 }));
    expect(await writeOne(drive)).toBe('7/30/0c');
    expect(await outcome(send(drive, writeFilemarks6({ count: 1 })))).toBe('7/30/0c');
    expect(await outcome(send(drive, erase6({ long: true })))).toBe('7/30/0c');
    await send(drive, space6({ code: 'endOfData', count: 0 }));
    expect(await outcome(send(drive, erase6({ long: false })))).toBe('7/30/0c');
    expect(await writeOne(drive)).toBe('good');
    expect(await where(drive)).toEqual([3, 0]);
  });

  it.each([
    [9, 7, '3/30/00'],
    [9, 10, '3/30/00'],
    [7, 5, 'good'],
    [10, 10, 'good'],
  ])('LTO-%i drive, LTO-%i cartridge: %s', async (generation, cartridge, expected) => {
    const drive = await newDrive({ generation, cartridge: { generation: cartridge } });
    expect(await ready(drive)).toBe(expected);
  });

  it('a generation that is only read: nothing is written', async () => {
    const drive = await newDrive({ generation: 7, cartridge: { generation: 5 } });
    expect(await writeOne(drive)).toBe('7/30/05');
  });

  it('a cleaning cartridge: never ready', async () => {
    expect(await ready(await newDrive({ cartridge: { cleaning: true } }))).toBe('2/30/03');
  });
});

describe('loading', () => {
  it('tells of a medium that is absent, not loaded, and loaded again', async () => {
    const drive = await newDrive();
    await writeOne(drive);
    expect(await outcome(send(drive, loadUnload({ load: false })))).toBe('good');
    expect(await ready(drive)).toBe('2/04/02');
    expect(await writeOne(drive)).toBe('2/04/02');
    expect(await outcome(send(drive, loadUnload({ load: true })))).toBe('good');
    expect(await ready(drive)).toBe('6/28/00');
    expect(await where(drive)).toEqual([0, 0]);
    await drive.remove();
    expect(await ready(drive)).toBe('2/3a/00');
    expect(await outcome(send(drive, loadUnload({ load: true })))).toBe('2/3a/00');
  });

  it('keeps each cartridge for itself', async () => {
    const drive = await newDrive({ cartridge: { barcode: 'A00001L8' } });
    await writeOne(drive);
    await expect(drive.insert('B00001L8')).rejects.toThrow(DriveBusyError);
    await drive.remove();
    await drive.insert({ barcode: 'B00001L8' });
    expect(await ready(drive)).toBe('6/28/00');
    expect(await outcome(send(drive, read6({ length: 1000 })))).toBe('8/00/05 residual 1000');
    await drive.remove();
    await expect(drive.insert({ barcode: 'B00001L8' })).rejects.toThrow(InvalidArgumentError);
    await expect(drive.insert('../../etc')).rejects.toThrow(InvalidArgumentError);
    await drive.insert('A00001L8');
    await ready(drive);
    expect(await outcome(send(drive, read6({ length: 1000 })))).toBe('good');
  });

  it('becomes ready after the time that a load takes', async () => {
    const drive = await newDrive({ loadSeconds: 0.3 });
    await send(drive, loadUnload({ load: false }));
    await send(drive, loadUnload({ load: true }));
    await ready(drive);
    expect(await ready(drive)).toBe('2/04/01');
    await expect.poll(() => ready(drive)).toBe('good');
  });

  it('is prevented by PREVENT ALLOW MEDIUM REMOVAL from being undone', async () => {
    const drive = await newDrive();
    await send(drive, preventAllow(true));
    expect(await outcome(send(drive, loadUnload({ load: false })))).toBe('5/53/02');
    await expect(drive.remove()).rejects.toThrow(DriveBusyError);
    await send(drive, preventAllow(false));
    expect(await outcome(send(drive, loadUnload({ load: false })))).toBe('good');
  });

  it('keeps a unit attention that nobody has seen for the next opener', async () => {
    const folder = await newDriveFolder({ cartridge: false });
    const first = await openDrive(folder);
    await ready(first);
    await first.insert({ barcode: 'A00001L8' });
    await first.close();
    expect(await ready(await openDrive(folder))).toBe('6/28/00');
  });
});

describe('reset', () => {
  it('rewinds, and loses nothing that was written', async () => {
    const drive = await newDrive();
    await writeOne(drive);
    await drive.reset();
    expect(await ready(drive)).toBe('6/29/00');
    expect(await where(drive)).toEqual([0, 0]);
    expect(await outcome(send(drive, read6({ length: 1000 })))).toBe('good');
    expect(await outcome(send(drive, rewind()))).toBe('good');
  });
});
