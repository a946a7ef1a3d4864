import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DeviceNotFoundError, DriveBusyError, InvalidArgumentError } from '../../../src/errors/index.js';
import { moveMedium } from '../../../src/scsi/changer/index.js';
import { loadUnload } from '../../../src/scsi/commands/position.js';
import { preventAllow, testUnitReady } from '../../../src/scsi/commands/primary.js';
import { read6, write6, writeFilemarks6 } from '../../../src/scsi/commands/transfer.js';
import { createVirtualLibrary, VirtualDrive, VirtualLibrary } from '../../../src/virtual/index.js';
import { compiledSources } from '../../support/compiled.js';
import { outcome, pattern, temporaryFolder } from '../support.js';
import { contents, DRIVE, newLibraryFolder, openLibrary, SLOT, send } from './support.js';

const KILLS = 12;
const compiled = compiledSources();

/** Moves cartridges about at random until it is killed, some time after its first moves; resolves when it has ended. */
async function moveUntilKilled(folder: string, delayMs: number): Promise<void> {
  const script = `
    const { VirtualLibrary } = await import(${JSON.stringify(compiled.url('virtual/index.js'))});
    const { exchangeMedium, moveMedium } = await import(${JSON.stringify(compiled.url('scsi/index.js'))});
    const library = await VirtualLibrary.open(${JSON.stringify(folder)});
    const send = (command) => library.execute(command.cdb);
    await send(moveMedium({ source: 1, destination: 1 }));
    const any = () => library.elements[Math.floor(Math.random() * library.elements.length)].element;
    for (let moves = 0; ; moves++) {
      if (moves === 20) console.log('moving');
      if (Math.random() < 0.3) {
        await send(exchangeMedium({ source: any(), firstDestination: any(), secondDestination: any() }));
      } else await send(moveMedium({ source: any(), destination: any() }));
      if (Math.random() < 0.1) {
        const inMail = library.elements.filter(({ type, cartridge }) => type === 'mail slot' && cartridge);
        for (const { cartridge } of inMail) await library.export(cartridge);
        for (const name of await library.outside()) await library.import(name).catch(() => undefined);
      }
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  for await (const _ of createInterface({ input: child.stdout })) setTimeout(() => child.kill('SIGKILL'), delayMs);
  await exited;
}

describe('a library whose power is cut', () => {
  it('has each cartridge in one place, and none is lost', { timeout: 240_000 }, async () => {
    const folder = await newLibraryFolder({ slots: 6, cartridges: 5, unloadsDrives: true });
    const all = ['A00001L8', 'A00002L8', 'A00003L8', 'A00004L8', 'A00005L8'];
    for (let round = 0; round < KILLS; round++) {
      await moveUntilKilled(folder, Math.random() * 30);
      const library = await openLibrary(folder);
      const found = [...Object.values(contents(library)), ...(await library.outside())];
      expect(found.toSorted()).toEqual(all);
      for (const [index, drive] of library.drives.entries()) {
        expect(drive.cartridge).toBe(contents(library)[DRIVE + index]);
        expect(await outcome(send(drive, testUnitReady()))).toBe('6/29/00');
        expect(await outcome(send(drive, testUnitReady()))).toBe(drive.cartridge === undefined ? '2/3a/00' : 'good');
      }
      expect(await outcome(send(library, testUnitReady()))).toBe('6/29/00');
      await library.close();
    }
  });

  it('has the data of a cartridge wherever it goes', async () => {
    const folder = await newLibraryFolder({ slots: 3, cartridges: 1, capacityBytes: 1e7 });
    const data = pattern(100_000, 1);
    const writing = await openLibrary(folder);
    await send(writing, testUnitReady());
    await send(writing, moveMedium({ source: SLOT, destination: DRIVE }));
    const first = writing.drives[0] as VirtualDrive;
    for (let i = 0; i < 2; i++) await send(first, testUnitReady());
    expect(await outcome(send(first, write6({ data })))).toBe('good');
    expect(await outcome(send(first, writeFilemarks6({ count: 1 })))).toBe('good');
    await send(first, loadUnload({ load: false }));
    await send(writing, moveMedium({ source: DRIVE, destination: DRIVE + 1 }));
    await writing.close();
    const reading = await openLibrary(folder);
    // It was closed in order: nothing is to be told but what was waiting.
    expect(await outcome(send(reading, testUnitReady()))).toBe('good');
    const second = reading.drives[1] as VirtualDrive;
    expect(second.cartridge).toBe('A00001L8');
    for (let i = 0; i < 2; i++) await send(second, testUnitReady());
    const { dataIn } = await send(second, read6({ length: data.length }));
    expect(Buffer.from(dataIn).equals(data)).toBe(true);
  });

  it('forgets who had locked the mail slots, unless it was closed in order', async () => {
    const folder = await newLibraryFolder();
    const library = await openLibrary(folder);
    await send(library, testUnitReady());
    await send(library, preventAllow(true));
    await send(library, preventAllow(true), 'of a session');
    await library.close();
    const again = await openLibrary(folder);
    await expect(again.import({ capacityBytes: 1e6 })).rejects.toBeInstanceOf(DriveBusyError);
    await again.reset();
    await again.import({ capacityBytes: 1e6 });
  });
});

describe('a folder', () => {
  it('is opened once, and its drives not without it', async () => {
    const folder = await newLibraryFolder();
    const library = await openLibrary(folder);
    await expect(VirtualLibrary.open(folder)).rejects.toBeInstanceOf(DriveBusyError);
    await expect(VirtualDrive.open(`${folder}/drives/1`)).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(library.drives[0]?.insert('A00001L8')).rejects.toThrow('the drive is in a library');
    await expect(library.drives[0]?.remove()).rejects.toThrow('the drive is in a library');
    await library.close();
    await expect(library.execute(testUnitReady().cdb)).rejects.toMatchObject({ code: 'LTO_DRIVE_CLOSED' });
    await expect(VirtualLibrary.open(await temporaryFolder())).rejects.toBeInstanceOf(DeviceNotFoundError);
  });

  it.each([
    { drives: 0 },
    { drives: 101 },
    { slots: Number.NaN },
    { slots: 1.5 },
    { mailSlots: -1 },
    { cleaning: 9, slots: 8 },
    { cartridges: 9, slots: 8 },
    { cartridges: [{ barcode: 'A00001L8' }, { barcode: 'A00001L8' }] },
    { serial: 'with blanks' },
    { generation: 4 },
    { speed: { travel: -1 } },
    { traits: ['nonsense' as never] },
  ])('is not made for %j', async (options) => {
    const folder = await temporaryFolder();
    await expect(createVirtualLibrary(folder, options)).rejects.toBeInstanceOf(InvalidArgumentError);
    await createVirtualLibrary(folder, { slots: 1, drives: 1, cartridges: 0 });
  });
});

describe('library.json', () => {
  const whole = {
    format: 'node-lto virtual library 1',
    identity: { vendor: 'V', product: 'P', revision: '0001', serial: 'S' },
    settings: { drives: 1, slots: 1, mailSlots: 0, unloadsDrives: false, speed: { handling: 0, travel: 0, scan: 0 } },
    memory: { stored: {}, removalPreventedBy: [], attentions: [] },
    closed: true,
  };
  const damaged: readonly unknown[] = [
    null,
    [],
    {},
    { ...whole, format: 'node-lto virtual drive 1' },
    { ...whole, identity: undefined },
    { ...whole, settings: { ...whole.settings, slots: '1' } },
    { ...whole, settings: { ...whole.settings, drives: 1e9 } },
    { ...whole, memory: { ...whole.memory, stored: { 1001: 'A00001L8' } } },
    { ...whole, memory: { ...whole.memory, stored: { first: { cartridge: 'A00001L8', kind: 'data' } } } },
    { ...whole, closed: 'yes' },
  ];

  it.each(['', '{', ...damaged.map((document) => JSON.stringify(document))])(
    'of %j is told by a typed error',
    async (text) => {
      const folder = await newLibraryFolder();
      await writeFile(`${folder}/library.json`, text);
      await expect(VirtualLibrary.open(folder)).rejects.toBeInstanceOf(DeviceNotFoundError);
    },
  );
});
