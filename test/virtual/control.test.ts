import { createConnection } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { testUnitReady } from '../../src/scsi/commands/primary.js';
import { openControls } from '../../src/virtual/index.js';
import { loggedIn, outcomeOf, serveDrives } from './iscsi/support.js';
import { newDriveFolder } from './support.js';

/** What the control socket of a folder answers to one line. */
async function say(folder: string, line: string): Promise<unknown> {
  const socket = createConnection(join(folder, 'control.sock'));
  socket.end(`${line}\n`);
  return JSON.parse(await text(socket));
}

describe('the control socket of a served drive', () => {
  it('takes cartridges out and puts them in, which the initiator is told', async () => {
    const served = await serveDrives({}, { cartridge: { barcode: 'FIRST1L8' } });
    const initiator = await loggedIn(served);
    await initiator.command(testUnitReady());
    const controls = await openControls(served.folder);
    await controls.remove();
    expect((await controls.state()).cartridge).toBeNull();
    expect(outcomeOf(await initiator.command(testUnitReady()))).toBe('2/3a/00');
    await controls.insert({ barcode: 'NEXT01L8', capacityBytes: 1e6 });
    expect((await controls.state()).cartridge).toBe('NEXT01L8');
    expect(outcomeOf(await initiator.command(testUnitReady()))).toBe('6/28/00');
    await expect(controls.insert('FIRST1L8')).rejects.toMatchObject({ code: 'LTO_DRIVE_BUSY' });
    await controls.remove();
    await controls.insert('FIRST1L8');
    expect(await controls.state()).toMatchObject({ cartridge: 'FIRST1L8', identity: { generation: 8 } });
    await controls.close();
  });

  it('resets the drive and makes it fail', async () => {
    const served = await serveDrives();
    const initiator = await loggedIn(served);
    await initiator.command(testUnitReady());
    const controls = await openControls(served.folder);
    await controls.reset();
    expect(outcomeOf(await initiator.command(testUnitReady()))).toBe('6/29/00');
    await controls.setFaults([
      { command: 'TEST UNIT READY', times: 1, outcome: { sense: { key: 4, asc: 0x44, information: 12 } } },
    ]);
    const [fault] = (await controls.state()).faults;
    expect(fault?.outcome).toEqual({ sense: { key: 4, asc: 0x44, information: 12 } });
    expect(outcomeOf(await initiator.command(testUnitReady()))).toBe('4/44/00');
    expect(outcomeOf(await initiator.command(testUnitReady()))).toBe('good');
    await controls.setFaults([{ outcome: { hostStatus: 7 } }]);
    expect(await initiator.command(testUnitReady())).toMatchObject({ pdus: ['Response'], response: 1 });
    await controls.close();
  });

  it('says what is wrong with a request, and goes on', async () => {
    const { folder } = await serveDrives();
    expect(await say(folder, 'nonsense')).toMatchObject({ error: { code: 'LTO_INVALID_ARGUMENT' } });
    expect(await say(folder, '{"do":"explode"}')).toMatchObject({ error: { code: 'LTO_INVALID_ARGUMENT' } });
    expect(await say(folder, '{"do":"insert","cartridge":"../x"}')).toMatchObject({ error: {} });
    expect(await say(folder, '{"do":"state"}')).toMatchObject({ state: { faults: [] } });
  });

  it('is gone with the server', async () => {
    const served = await serveDrives();
    const controls = await openControls(served.folder);
    await served.server.close();
    await expect(controls.state()).rejects.toMatchObject({ code: 'LTO_DRIVE_CLOSED' });
    const direct = await openControls(served.folder);
    await direct.remove();
    await direct.close();
  });

  it('opens a drive that nobody serves', async () => {
    const controls = await openControls(await newDriveFolder({ cartridge: { barcode: 'ALONE1L8' } }));
    expect((await controls.state()).cartridge).toBe('ALONE1L8');
    await controls.close();
  });
});
