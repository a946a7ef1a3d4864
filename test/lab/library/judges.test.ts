import { readFile } from 'node:fs/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { type LibraryControls, openLibraryControls } from '../../../src/virtual/index.js';
import { command, shell } from '../command.js';
import { mtx, mtxName, mtxStatus } from './mtx.js';

// The virtual library under Linux's ch, st and sg: 2 drives, 6 slots with 5 cartridges and a cleaning one, 2 mail slots.
// mtx and loaderinfo judge it.

const { LTO_LAB_LIBRARY: folder = '', LTO_LAB_CHANGER: changer = '' } = process.env;
const TAPES = ['/dev/nst0', '/dev/nst1'];

let controls: LibraryControls;

beforeAll(async () => {
  controls = await openLibraryControls(folder);
  return () => controls.close();
});

async function truth(): Promise<Record<string, string>> {
  const { elements } = await controls.state();
  const full = elements.flatMap((each) => (each.cartridge === null ? [] : [[mtxName(each), each.cartridge]]));
  return Object.fromEntries(full) as Record<string, string>;
}

async function home(): Promise<void> {
  for (const [number, tape] of TAPES.entries()) {
    if (`D${number}` in (await mtxStatus())) {
      await command('mt', '-f', tape, 'offline');
      await mtx('unload', await freeSlot(), number);
    }
  }
}

async function freeSlot(): Promise<number> {
  const full = await mtxStatus();
  return [1, 2, 3, 4, 5, 6].find((slot) => !(`S${slot}` in full)) ?? 0;
}

afterEach(home);

describe('mtx', () => {
  it('lists what is where', async () => {
    expect(await mtxStatus()).toEqual({
      S1: 'A00001L8',
      S2: 'A00002L8',
      S3: 'A00003L8',
      S4: 'A00004L8',
      S5: 'A00005L8',
      S6: 'CLNU01L1',
    });
    expect(await mtx('inquiry')).toContain("Product ID: 'VIRTUAL LIBRARY '");
  });

  it('loads a drive, which has the cartridge, and unloads it when the drive has let it go', async () => {
    await mtx('load', 1, 0);
    expect(await mtx('status')).toContain('Data Transfer Element 0:Full (Storage Element 1 Loaded)');
    expect(await command('sg_turs', '/dev/sg1').catch((error: Error) => error.message)).not.toContain('not ready');
    expect(await command('mt', '-f', '/dev/nst0', 'status')).toContain('ONLINE');
    await expect(mtx('unload', 1, 0)).rejects.toThrow();
    expect((await truth()).D0).toBe('A00001L8');
    await command('mt', '-f', '/dev/nst0', 'offline');
    await mtx('unload', 1, 0);
    expect((await truth()).S1).toBe('A00001L8');
    expect(await command('mt', '-f', '/dev/nst0', 'status')).toContain('DR_OPEN');
  });

  it('transfers, exchanges, takes the inventory and refuses what cannot be', async () => {
    await mtx('load', 2, 1);
    await mtx('transfer', 3, 2);
    expect(await mtxStatus()).toMatchObject({ D1: 'A00002L8', S2: 'A00003L8' });
    await mtx('exchange', 1, 2);
    expect(await mtxStatus()).toMatchObject({ S1: 'A00003L8', S2: 'A00001L8' });
    await mtx('exchange', 1, 2);
    await mtx('inventory');
    await expect(mtx('transfer', 3, 1)).rejects.toThrow('is Empty');
    await expect(mtx('transfer', 1, 4)).rejects.toThrow('Already Full');
    await mtx('transfer', 2, 3);
    expect(await mtxStatus()).toEqual(await truth());
  });

  it('sees what an operator does at the mail slots', async () => {
    await controls.import({ barcode: 'NEW001L8', capacityBytes: 1e7 });
    expect(await mtxStatus()).toMatchObject({ M7: 'NEW001L8' });
    await mtx('load', 7, 0);
    await command('mt', '-f', '/dev/nst0', 'offline');
    await mtx('unload', 8, 0);
    expect(await mtxStatus()).toMatchObject({ M8: 'NEW001L8' });
    await controls.export('NEW001L8');
    expect(await mtxStatus()).not.toHaveProperty('M8');
  });

  it('says what goes wrong', async () => {
    await controls.setFaults({ stuck: [1001], unreadable: ['A00002L8'] });
    await expect(mtx('load', 1, 0)).rejects.toThrow(/53|Mechanical|MOVE MEDIUM/i);
    expect(await mtx('status')).toMatch(/Storage Element 2:Full/);
    expect(await mtxStatus()).not.toHaveProperty('S2');
    await controls.setFaults({ offline: true });
    await expect(mtx('load', 1, 0)).rejects.toThrow();
    await controls.setFaults({});
    expect(await mtxStatus()).toEqual(await truth());
  });
});

describe('loaderinfo, sg_inq and sg_vpd', () => {
  it('read the geometry', async () => {
    const said = await command('loaderinfo', '-f', changer);
    expect(said).toContain('Number of Storage Elements: 6');
    expect(said).toContain('Number of Import/Export Elements: 2');
    expect(said).toContain('Number of Data Transfer Elements: 2');
    expect(said).toContain('Bar Code Reader: Yes');
    expect(said).toContain('Transfer Storage: ->Data Transfer, ->Import/Export, ->Storage');
    expect(said).toContain('Exchange Data Transfer: <>Data Transfer, <>Import/Export, <>Storage');
  });

  it('read the identity of the changer, and where its drives are', async () => {
    const { identity } = await controls.state();
    expect(await command('sg_inq', changer)).toMatch(/medium changer/i);
    expect(await command('sg_vpd', '--page=sn', changer)).toContain(identity.serial);
    expect(await command('sg_vpd', '--page=di', changer)).toContain(identity.serial);
    expect(await command('sg_vpd', '--page=0xb4', '/dev/sg2')).toMatch(/0x0?2|2/);
    const luns = await command('sg_luns', changer);
    expect(luns).toMatch(/Lun list length = 24/i);
  });
});

describe('Linux', () => {
  it('has the elements in ch', async () => {
    const said = await shell('dmesg | grep "ch0"');
    expect(said).toContain('type #2 (st): 0x3e9+6 [storage]');
    expect(said).toContain('type #3 (ie): 0x65+2 [import/export]');
    expect(said).toContain('type #4 (dt): 0x1+2 [data transfer]');
    expect((await readFile('/sys/class/scsi_changer/sch0/device/type', 'latin1')).trim()).toBe('8');
  });

  it('writes in one drive what it reads in the other', async () => {
    await mtx('load', 4, 0);
    await shell('head -c 3000000 /dev/urandom > $TMPDIR/data && dd if=$TMPDIR/data of=/dev/nst0 bs=65536 2>/dev/null');
    await command('mt', '-f', '/dev/nst0', 'offline');
    await mtx('unload', 4, 0);
    await mtx('load', 4, 1);
    await shell('dd if=/dev/nst1 of=$TMPDIR/back bs=65536 2>/dev/null && cmp $TMPDIR/data $TMPDIR/back');
    const drive = await TapeDrive.open('/dev/nst1');
    try {
      expect((await drive.identity()).serialNumber).toBe((await served(1)).serial);
    } finally {
      await drive.close();
    }
  });
});

async function served(number: number): Promise<{ readonly serial: string }> {
  const record = JSON.parse(await readFile(`${folder}/drives/${number + 1}/drive.json`, 'utf8')) as {
    readonly identity: { readonly serial: string };
  };
  return record.identity;
}

it('hundreds of moves by mtx, at random, leave every cartridge in the place that both know', async () => {
  let random = 7;
  const next = (below: number) => {
    random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
    return random % below;
  };
  const before = Object.values(await truth()).toSorted();
  for (let move = 0; move < 150; move++) {
    const [from, to] = [1 + next(8), 1 + next(8)];
    if (next(3) > 0) await mtx('transfer', from, to).catch(() => undefined);
    else await mtx('exchange', from, to).catch(() => undefined);
    if (move % 25 === 0) expect(await mtxStatus()).toEqual(await truth());
  }
  expect(await mtxStatus()).toEqual(await truth());
  expect(Object.values(await truth()).toSorted()).toEqual(before);
});
