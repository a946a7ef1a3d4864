import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import * as library from '../../src/index.js';
import { openControls, openLibraryControls } from '../../src/virtual/index.js';
import { IscsiServer } from '../../src/virtual/iscsi/server.js';
import { ID, newLabelledBench } from '../provider/support.js';
import { newTapeDrive } from '../tape/drives.js';
import { newLibrary, newLibraryFolder } from '../virtual/library/support.js';
import { newDrive, newDriveFolder, temporaryFolder } from '../virtual/support.js';
import { expectRefused, NO_OPTIONS, NO_RECORD, NO_TEXT, NOTHING, OPTIONS, only, type Rows, walk } from './walk.js';

// What the classes and functions of bad-arguments.test.ts make: libraries, embedded devices, streams, sessions, stores.

/** Names of elements and drives. */
const NO_NAME: readonly unknown[] = [null, undefined, {}, [], Number.NaN, '', { address: 'x' }];
const TEST_UNIT_READY = new Uint8Array(6);
/** Faults, and what none are. */
const NO_FAULTS: readonly unknown[] = [null, 'text', 7, {}, [null], [{}], [{ outcome: {} }], [{ outcome: 'good' }]];
const NO_CARTRIDGE: readonly unknown[] = [
  null,
  undefined,
  7,
  [],
  { barcode: 7 },
  { barcode: '' },
  { worm: 'x' },
  '../x',
  '',
];
const WAIT = [...OPTIONS, [{ timeoutMs: 'x' }], [{ intervalMs: Number.NaN }], [{ signal: 7 }]];

const TAPE_LIBRARY: Rows = {
  alerts: OPTIONS,
  audit: OPTIONS,
  clean: [...only(NO_NAME), ...only(NO_OPTIONS, 1), [1, { ejectAfterMs: 'soon' }]],
  close: NOTHING,
  exchange: [...only(NO_NAME), ...only(NO_NAME, 1), ...only(NO_OPTIONS, 1, 2), [1, 2, { second: null }]],
  export: [...only(NO_NAME), ...only(NO_OPTIONS, 1), [1, { wait: 'x' }]],
  identity: OPTIONS,
  import: [...WAIT, [{ wait: 1 }]],
  inventory: WAIT,
  load: [...only(NO_NAME), ...only(NO_NAME, 1), ...only(NO_OPTIONS, 1, 1), [1, 1, { timeoutMs: -1 }]],
  lock: [...only([null, 'text', 7, {}]), ...only(NO_OPTIONS, true)],
  transfer: [...only(NO_NAME), ...only(NO_NAME, 1), ...only(NO_OPTIONS, 1, 2)],
  unload: [...only(NO_NAME), ...only(NO_OPTIONS, 1), [1, { to: null }]],
  watch: [...OPTIONS, [{ intervalMs: 'x' }]],
};

const EXECUTE = [
  ...only([null, undefined, 'text', 7, {}]),
  ...only(NO_OPTIONS, TEST_UNIT_READY),
  [TEST_UNIT_READY, { dataOut: 'text' }],
  [TEST_UNIT_READY, { into: null }],
  [TEST_UNIT_READY, { nexus: 7 }],
  [TEST_UNIT_READY, { allocationLength: Number.NaN }],
  [TEST_UNIT_READY, { signal: 'now' }],
];
const TELL = [...only(NO_TEXT), ...only([null, undefined, 'text', 7, [], [1], [0x28, 999]], 'local')];

const VIRTUAL_DRIVE: Rows = {
  close: NOTHING,
  cutPower: NOTHING,
  execute: EXECUTE,
  give: only(NO_OPTIONS),
  insert: only(NO_CARTRIDGE),
  nexusLost: only(NO_TEXT),
  remove: NOTHING,
  reset: NOTHING,
  setLibraryKey: [...only([null, 'text', 7, {}, new Uint8Array(31)]), ...only([null, 7, {}], new Uint8Array(32))],
  take: only(NO_CARTRIDGE),
  tell: TELL,
};

/** No numbers, and a library without magazines. */
const NO_MAGAZINE: readonly unknown[] = [null, undefined, 'text', {}, Number.NaN, 0, 1.5, 1];

const VIRTUAL_LIBRARY: Rows = {
  close: NOTHING,
  execute: EXECUTE,
  export: only(NO_TEXT),
  import: only(NO_CARTRIDGE),
  insertMagazine: only(NO_MAGAZINE),
  nexusLost: only(NO_TEXT),
  outside: NOTHING,
  removeMagazine: only(NO_MAGAZINE),
  reset: NOTHING,
  tell: TELL,
};

const DRIVE_CONTROLS: Rows = {
  close: NOTHING,
  insert: only(NO_CARTRIDGE),
  remove: NOTHING,
  reset: NOTHING,
  setFaults: only(NO_FAULTS),
  state: NOTHING,
};
const NO_LIBRARY_FAULTS = [
  ...NO_OPTIONS,
  { commands: null },
  { stuck: ['x'] },
  { blocked: ['x'] },
  { unreadable: 7 },
  { offline: 'x' },
];
const LIBRARY_CONTROLS: Rows = {
  close: NOTHING,
  export: only(NO_TEXT),
  import: only(NO_CARTRIDGE),
  insertMagazine: only(NO_MAGAZINE),
  removeMagazine: only(NO_MAGAZINE),
  reset: NOTHING,
  setFaults: only(NO_LIBRARY_FAULTS),
  state: NOTHING,
};

/** The cartridge is not in the drive: what is bad is the name alone. */
async function newEmptyDrive(): Promise<library.VirtualDrive> {
  return newDrive({ cartridge: false });
}

it('every method of TapeLibrary refuses what it does not take', async () => {
  const opened = await library.TapeLibrary.open(`virtual:${await newLibraryFolder({ cartridges: 3 })}`);
  onTestFinished(() => opened.close());
  await walk(
    TAPE_LIBRARY,
    () => opened,
    () => opened.inventory(),
  );
  const open = library.TapeLibrary.open as (...args: readonly unknown[]) => unknown;
  await expectRefused('open', [...only(NO_TEXT), ...only(NO_OPTIONS, 'virtual:/nowhere')], (args) => open(...args));
});

it('every method of VirtualDrive refuses what it does not take', async () => {
  const drive = await newEmptyDrive();
  await walk(
    VIRTUAL_DRIVE,
    () => drive,
    () => ({ cartridge: drive.cartridge, faults: drive.faults, holds: drive.holds }),
  );
  const set = ([faults]: readonly unknown[]) => {
    drive.faults = faults as never;
  };
  await expectRefused('faults', only(NO_FAULTS), set);
  expect(drive.faults).toEqual([]);
  const open = library.VirtualDrive.open as (...args: readonly unknown[]) => unknown;
  await expectRefused('open', [...only(NO_TEXT), ...only(NO_RECORD, '/nowhere')], (args) => open(...args));
});

it('every method of VirtualLibrary refuses what it does not take', async () => {
  const robot = await newLibrary();
  const all = async () => ({ elements: robot.elements, outside: await robot.outside(), faults: robot.faults });
  await walk(VIRTUAL_LIBRARY, () => robot, all);
  const set = ([faults]: readonly unknown[]) => {
    robot.faults = faults as never;
  };
  await expectRefused('faults', only(NO_LIBRARY_FAULTS), set);
  expect(robot.faults).toEqual({});
  const open = library.VirtualLibrary.open as (...args: readonly unknown[]) => unknown;
  await expectRefused('open', only(NO_TEXT), (args) => open(...args));
});

it.each([false, true])('every control of a drive refuses what it does not take; served: %s', async (isServed) => {
  const folder = await newDriveFolder({ cartridge: false });
  if (isServed) await serve(folder);
  const controls = await openControls(folder);
  onTestFinished(() => controls.close());
  await walk(
    DRIVE_CONTROLS,
    () => controls,
    () => controls.state(),
  );
  await expectRefused('openControls', only(NO_TEXT), ([path]) => openControls(path as string));
});

it.each([false, true])('every control of a library refuses what it does not take; served: %s', async (isServed) => {
  const folder = await newLibraryFolder();
  if (isServed) await serve(folder);
  const controls = await openLibraryControls(folder);
  onTestFinished(() => controls.close());
  await walk(
    LIBRARY_CONTROLS,
    () => controls,
    () => controls.state(),
  );
  await expectRefused('openLibraryControls', only(NO_TEXT), ([path]) => openLibraryControls(path as string));
});

async function serve(folder: string): Promise<void> {
  const server = await IscsiServer.open([folder], { port: 0 });
  onTestFinished(() => server.close());
}

const PIPE = [...only([null, undefined, 'text', 7, {}, []]), [process.stdout, null], [process.stdout, 'text']];
const READABLE: Rows = { destroy: NOTHING, pipe: PIPE, unpipe: NOTHING };

it('every method of a read stream refuses what it does not take', async () => {
  const drive = await newTapeDrive();
  await drive.writeFile('a file');
  await walk(
    READABLE,
    () => drive.createReadStream({ fileNumber: 0 }),
    async () => (await drive.verifyFile(0)).checksum,
    ['takeBack', 'isDriveMemory', 'pass'],
  );
});

it('every method of an archive that is packed refuses what it does not take', async () => {
  const { destroy: _, ...rows } = READABLE;
  const folder = fileURLToPath(new URL('.', import.meta.url));
  await walk(
    { ...rows, begun: NOTHING },
    () => library.packFolder(folder),
    () => undefined,
    ['takeBack', 'isDriveMemory', 'pass'],
  );
});

it('every method of a write stream refuses what it does not take, and nothing is written', async () => {
  const drive = await newTapeDrive();
  await drive.writeFile('a file');
  const WRITE = [...only([null, undefined, 7, {}, []]), ['text', 'no encoding'], ['xyz', 'hex']];
  await walk(
    {
      destroy: NOTHING,
      end: [...only([7, {}, []]), ['text', 'no encoding']],
      setDefaultEncoding: only(NO_TEXT),
      write: WRITE,
    },
    () => drive.createWriteStream(),
    () => drive.spaceToEndOfData(),
    ['give'],
  );
});

const NO_SOURCE = [null, undefined, 7, {}, true];

it('every method of a write session refuses what it does not take, and the session goes on', async () => {
  const drive = await newTapeDrive();
  const session = drive.session();
  await session.writeFile('first');
  await walk(
    {
      close: NOTHING,
      commit: OPTIONS,
      giveTape: NOTHING,
      writeFile: [
        ...only(NO_SOURCE),
        ...only(NO_OPTIONS, 'text'),
        ['text', { id: 7 }],
        ['text', { signal: 'now' }],
        ['text', { recordSize: 'x' }],
        ['text', { checksum: 'md5' }],
      ],
    },
    () => session,
    () => session.upTo,
  );
  expect(await session.writeFile('second')).toMatchObject({ fileNumber: 1 });
  await session.close();
});

it('every method of a session of archives refuses what it does not take', async () => {
  const { provider, tape } = await newLabelledBench();
  await provider.prepareForWrite(ID);
  const session = await provider.writeSession(ID);
  await walk(
    {
      close: NOTHING,
      commit: OPTIONS,
      writeArchive: [
        ...only(NO_SOURCE),
        ...only(NO_OPTIONS, 'text'),
        ['text', { archive: 7 }],
        ['text', { checksum: 'md5' }],
        ['text', { bufferBytes: Number.NaN }],
      ],
    },
    () => session,
  );
  expect(await session.writeArchive('whole')).toMatchObject({ location: 1 });
  await session.close();
  expect(await tape.spaceToEndOfData()).toMatchObject({ fileNumber: 2 });
});

const IDS = only(NO_TEXT);
const PUT = [...only(NO_TEXT), ...only([null, undefined, 'text', 7, {}, new Uint8Array(32)], 'id')];
const READING: Rows = { candidates: NOTHING, get: IDS };

it('every method of the key stores refuses what it does not take', async () => {
  const key = library.generateKey();
  const memory = new library.MemoryKeyStore([['a', key]]);
  const file = new library.FileKeyStore(`${await temporaryFolder()}/keys`, { passphrase: 'secret', scryptCost: 14 });
  await file.put('a', key);
  const all = async () => ({ memory: await memory.candidates(), file: (await file.list()).map(({ id }) => id) });
  const writing = { ...READING, delete: IDS, put: PUT };
  await walk(writing, () => memory, all);
  await walk({ ...writing, changePassphrase: only(NO_TEXT), list: NOTHING }, () => file, all);
  await walk(READING, () => new library.EnvironmentKeyStore({}));
  await walk(READING, () => new library.KeyStoreChain(memory, file), all);
  await walk({ get: IDS }, () => new library.CallbackKeyStore(() => undefined));
});
