import { expect, it, onTestFinished } from 'vitest';
import { VirtualChanger } from '../../src/backends/virtual/virtual-changer.js';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { DeviceNotFoundError, DriveBusyError, NotATapeDriveError } from '../../src/errors/index.js';
import { moveMedium } from '../../src/scsi/changer/index.js';
import { testUnitReady } from '../../src/scsi/commands/primary.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { VirtualLibrary } from '../../src/virtual/index.js';
import { DRIVE, newLibraryFolder, SLOT } from '../virtual/library/support.js';

const located = (folder: string) => ({ device: `virtual:${folder}`, folder });

async function openChanger(folder: string): Promise<VirtualChanger> {
  const changer = await VirtualChanger.open(located(folder));
  onTestFinished(() => changer.close());
  await changer.scsi(testUnitReady());
  return changer;
}

it('the changer and the drives of a library are opened one by one, and are one library', async () => {
  const folder = await newLibraryFolder({ capacityBytes: 1e8 });
  const changer = await openChanger(folder);
  const drive = await TapeDrive.open(`virtual:${folder}/drives/1`);
  onTestFinished(() => drive.close());
  expect((await changer.scsi(moveMedium({ source: SLOT, destination: DRIVE }))).status).toBe(0);
  await drive.waitUntilReady();
  expect(changer.library.drives[0]?.cartridge).toBe('A00001L8');
  await drive.close();
  // The changer still has it.
  await expect(VirtualLibrary.open(folder)).rejects.toBeInstanceOf(DriveBusyError);
  await changer.close();
  const alone = await VirtualLibrary.open(folder);
  expect(alone.drives[0]?.cartridge).toBe('A00001L8');
  await alone.close();
});

it('a drive is opened once, the changer by as many as want it', async () => {
  const folder = await newLibraryFolder();
  const drive = await VirtualTransport.open(located(`${folder}/drives/2`));
  onTestFinished(() => drive.close());
  await expect(VirtualTransport.open(located(`${folder}/drives/2`))).rejects.toBeInstanceOf(DriveBusyError);
  const [one, two] = [await openChanger(folder), await openChanger(folder)];
  expect(one.library).toBe(two.library);
  await one.close();
  await one.close();
  await expect(one.scsi(testUnitReady())).rejects.toMatchObject({ code: 'ERR_LTO_CLOSED' });
  expect((await two.scsi(testUnitReady())).status).toBe(0);
});

it('many at once, closing and opening, share what is open and open what is not', async () => {
  const folder = await newLibraryFolder();
  for (let round = 0; round < 5; round++) {
    const changers = await Promise.all(Array.from({ length: 4 }, () => VirtualChanger.open(located(folder))));
    expect(new Set(changers.map(({ library }) => library)).size).toBe(1);
    const closing = Promise.all(changers.map((changer) => changer.close()));
    const next = await VirtualChanger.open(located(folder));
    expect(next.library).not.toBe(changers[0]?.library);
    await Promise.all([closing, next.close()]);
  }
});

it('a library is no drive, and a drive that is not there is told', async () => {
  const folder = await newLibraryFolder();
  await expect(TapeDrive.open(`virtual:${folder}`)).rejects.toBeInstanceOf(NotATapeDriveError);
  await expect(TapeDrive.open(`virtual:${folder}/drives/9`)).rejects.toBeInstanceOf(DeviceNotFoundError);
  await expect(VirtualChanger.open(located(`${folder}/drives/1`))).rejects.toBeInstanceOf(DeviceNotFoundError);
  // Nothing of it stays open.
  await (await VirtualLibrary.open(folder)).close();
});
