import { createConnection } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { moveMedium } from '../../../src/scsi/changer/index.js';
import { testUnitReady } from '../../../src/scsi/commands/primary.js';
import { openControls, openLibraryControls, VirtualLibrary } from '../../../src/virtual/index.js';
import { IscsiServer } from '../../../src/virtual/iscsi/server.js';
import { outcome } from '../support.js';
import { DRIVE, newLibraryFolder, openLibrary, SLOT, send } from './support.js';

async function served(): Promise<{ folder: string; library: VirtualLibrary }> {
  const folder = await newLibraryFolder({ slots: 3, cartridges: 2 });
  const server = await IscsiServer.open([folder], { port: 0 });
  onTestFinished(() => server.close());
  const library = server.targets[0]?.device;
  if (!(library instanceof VirtualLibrary)) throw new Error('no library is served');
  await send(library, testUnitReady());
  return { folder, library };
}

it('the mail slots of a served library are filled and emptied, which its initiators are told', async () => {
  const { folder, library } = await served();
  const controls = await openLibraryControls(folder);
  onTestFinished(() => controls.close());
  await controls.import({ barcode: 'IN0001L8', capacityBytes: 1e6 });
  expect(await outcome(send(library, testUnitReady()))).toBe('6/28/01');
  expect((await controls.state()).elements).toContainEqual({ element: 101, type: 'mail slot', cartridge: 'IN0001L8' });
  await controls.export('IN0001L8');
  expect((await controls.state()).outside).toEqual(['IN0001L8']);
  await expect(controls.export('A00001L8')).rejects.toMatchObject({ code: 'LTO_INVALID_ARGUMENT' });
  await expect(controls.import('../x')).rejects.toMatchObject({ code: 'LTO_INVALID_ARGUMENT' });
  await controls.reset();
  expect(await outcome(send(library, testUnitReady()))).toBe('6/29/00');
});

it('a served library fails as it is told to, and so do its drives', async () => {
  const { folder, library } = await served();
  const controls = await openLibraryControls(folder);
  onTestFinished(() => controls.close());
  const move = () => outcome(send(library, moveMedium({ source: SLOT, destination: DRIVE })));
  const faults = {
    commands: [{ command: 'MOVE MEDIUM' as const, times: 1, outcome: { sense: { key: 4, asc: 0x15, ascq: 1 } } }],
    stuck: [SLOT],
    unreadable: ['A00002L8'],
  };
  await controls.setFaults(faults);
  expect((await controls.state()).faults).toEqual(faults);
  expect(await move()).toBe('4/15/01');
  expect(await move()).toBe('4/53/00');
  await controls.setFaults({ offline: true });
  expect(await move()).toBe('2/04/12');
  await controls.setFaults({});
  expect(await move()).toBe('good');
  const drive = await openControls(`${folder}/drives/1`);
  onTestFinished(() => drive.close());
  await drive.setFaults([{ times: 1, outcome: { sense: { key: 4, asc: 0x44 } } }]);
  if (library.drives[0]) expect(await outcome(send(library.drives[0], testUnitReady()))).toBe('4/44/00');
  await expect(drive.remove()).rejects.toThrow('the drive is in a library');
});

it('says what is wrong with a request, and goes on', async () => {
  const { folder } = await served();
  const say = async (line: string): Promise<unknown> => {
    const socket = createConnection(join(folder, 'control.sock'));
    socket.end(`${line}\n`);
    return JSON.parse(await text(socket));
  };
  const invalid = { error: { code: 'LTO_INVALID_ARGUMENT' } };
  expect(await say('nonsense')).toMatchObject(invalid);
  expect(await say('{"do":"insert","cartridge":"A00001L8"}')).toMatchObject(invalid);
  expect(await say('{"do":"faults","faults":{"stuck":[-1]}}')).toMatchObject(invalid);
  expect(await say('{"do":"state"}')).toMatchObject({ state: { faults: {} } });
});

it('the library of a folder that nobody serves is opened for it', async () => {
  const folder = await newLibraryFolder({ slots: 3, cartridges: 1 });
  const controls = await openLibraryControls(folder);
  await controls.import({ barcode: 'IN0001L8', capacityBytes: 1e6 });
  await controls.close();
  const library = await openLibrary(folder);
  expect(library.elements.find(({ element }) => element === 101)?.cartridge).toBe('IN0001L8');
});
