import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  DeviceNotFoundError,
  DriveBusyError,
  ElementError,
  HardwareError,
  InvalidArgumentError,
  NotReadyError,
} from '../../src/errors/index.js';
import { TapeLibrary } from '../../src/library/tape-library.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { temporaryFolder } from '../virtual/support.js';
import { newTapeLibrary } from './support.js';

/** What is where, by number: `slot 1`. */
async function contents(library: TapeLibrary): Promise<Record<string, string>> {
  const { elements } = await library.inventory();
  const full = elements.filter(({ full }) => full);
  return Object.fromEntries(full.map(({ kind, number, barcode }) => [`${kind} ${number}`, barcode ?? '?']));
}

const problem = (name: string) => expect.objectContaining({ code: 'LTO_ELEMENT', problem: name });

it('tells what is where, and which node is which drive', async () => {
  const { library, virtual, node } = await newTapeLibrary({ cleaning: 1 });
  const { elements } = await library.inventory();
  const count = (wanted: string) => elements.filter(({ kind }) => kind === wanted).length;
  expect(['hand', 'drive', 'slot', 'mail-slot'].map(count)).toEqual([1, 2, 6, 2]);
  expect(elements.filter(({ kind }) => kind === 'drive')).toMatchObject([
    {
      number: 1,
      full: false,
      node: node(1),
      nodeProblem: undefined,
      driveSerialNumber: virtual.drives[0]?.identity.serial,
    },
    { number: 2, full: false, node: node(2), driveSerialNumber: virtual.drives[1]?.identity.serial },
  ]);
  expect(elements.find(({ barcode }) => barcode === 'A00002L8')).toMatchObject({
    kind: 'slot',
    number: 2,
    mediumType: 'data',
    accessible: true,
    exception: undefined,
  });
  expect(elements.find(({ mediumType }) => mediumType === 'cleaning')).toMatchObject({
    barcode: 'CLNU01L1',
    number: 6,
  });
  expect(elements.filter(({ kind }) => kind === 'mail-slot').map(({ number }) => number)).toEqual([7, 8]);
  expect(await library.identity()).toMatchObject({ product: 'VIRTUAL LIBRARY', serialNumber: virtual.identity.serial });
});

it('brings a cartridge to a drive that proves it, and takes it home after unloading', async () => {
  const { library, virtual, node } = await newTapeLibrary();
  const receipt = await library.load('A00003L8', 2);
  expect(receipt).toMatchObject({
    barcode: 'A00003L8',
    move: { from: { kind: 'slot', number: 3 }, to: { kind: 'drive', number: 2 } },
    drive: { node: node(2), driveSerialNumber: virtual.drives[1]?.identity.serial },
  });
  // It is there already: an interrupted process asks again.
  expect(await library.load('A00003L8', node(2))).toMatchObject({ move: undefined, barcode: 'A00003L8' });
  const drive = await TapeDrive.open(node(2));
  expect((await drive.readiness()).state).toBe('ready');
  // Somebody works with it: it is not taken away.
  await expect(library.unload(2)).rejects.toBeInstanceOf(DriveBusyError);
  await drive.close();
  expect(await library.unload(2)).toMatchObject({ barcode: 'A00003L8', to: { kind: 'slot', number: 3 } });
  expect(await contents(library)).toMatchObject({ 'slot 3': 'A00003L8' });
});

it('does not hand over a cartridge whose memory names another barcode', async () => {
  const { library, node } = await newTapeLibrary();
  await library.load('A00001L8', 1);
  const drive = await TapeDrive.open(node(1));
  await drive.setAttributes({ barcode: 'OTHER1L8' });
  await drive.close();
  await library.unload(1);
  await expect(library.load('A00001L8', 1)).rejects.toThrow(
    'the label says A00001L8, and the cartridge memory OTHER1L8',
  );
});

it('unloads to where it is told, and to an empty slot when home is taken', async () => {
  const { library } = await newTapeLibrary();
  await library.load(1, 1);
  await library.transfer('A00002L8', 1);
  expect(await library.unload(1)).toMatchObject({ to: { kind: 'slot', number: 2 } });
  await library.load('A00001L8', 1);
  await library.unload(1, { to: 6 });
  expect(await contents(library)).toMatchObject({ 'slot 1': 'A00002L8', 'slot 6': 'A00001L8' });
});

it('exchanges two cartridges, of which a drive has one', async () => {
  const { library } = await newTapeLibrary();
  await library.load('A00001L8', 1);
  const [there, back] = await library.exchange('A00002L8', 'A00001L8');
  expect(there).toMatchObject({ barcode: 'A00002L8', to: { kind: 'drive', number: 1 } });
  expect(back).toMatchObject({ barcode: 'A00001L8', to: { kind: 'slot', number: 2 } });
  expect(await contents(library)).toMatchObject({ 'drive 1': 'A00002L8', 'slot 2': 'A00001L8' });
});

it('refuses what can not be moved, and says why; nothing is moved', async () => {
  const { library, node } = await newTapeLibrary();
  const before = await contents(library);
  await expect(library.load('B00001L8', 1)).rejects.toEqual(problem('no-such-element'));
  await expect(library.load(1, 3)).rejects.toEqual(problem('no-such-element'));
  await expect(library.load(1, `${node(1)}x`)).rejects.toEqual(problem('no-such-element'));
  await expect(library.load(5, 1)).rejects.toEqual(problem('source-empty'));
  await expect(library.unload(1)).rejects.toEqual(problem('source-empty'));
  await expect(library.transfer(1, 2)).rejects.toEqual(problem('destination-full'));
  await expect(library.transfer(1, { address: 5000 })).rejects.toEqual(problem('no-such-element'));
  for (const name of [null, '', Number.NaN, 1.5, {}, []]) {
    await expect(library.transfer(name as never, 1)).rejects.toBeInstanceOf(InvalidArgumentError);
  }
  for (const options of [null, 'x', []]) {
    await expect(library.load(1, 1, options as never)).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(library.unload(1, options as never)).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(library.export(1, options as never)).rejects.toBeInstanceOf(InvalidArgumentError);
  }
  await expect(library.load(1, 1, { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
  expect(await contents(library)).toEqual(before);
});

it('names what the robot says by its cause', async () => {
  const { library, virtual } = await newTapeLibrary();
  virtual.faults = { stuck: [1001] };
  await expect(library.load(1, 1)).rejects.toBeInstanceOf(HardwareError);
  expect((await library.alerts())?.map(({ name }) => name)).toEqual(['Library pick retry']);
  virtual.faults = { offline: true };
  await expect(library.inventory()).rejects.toBeInstanceOf(NotReadyError);
  virtual.faults = { unreadable: ['A00001L8'] };
  const { elements } = await library.inventory();
  expect(elements.find(({ kind, number }) => kind === 'slot' && number === 1)).toMatchObject({
    full: true,
    barcode: undefined,
    exception: expect.stringMatching(/^[0-9a-f]{2}\/[0-9a-f]{2}/),
  });
  // It has no barcode, and is moved by its number all the same.
  expect(await library.transfer(1, 5)).toMatchObject({ barcode: undefined, to: { number: 5 } });
});

it('a cartridge that stays in the hand is named, blocks other moves, and is put away by an audit', async () => {
  const { library, virtual } = await newTapeLibrary();
  virtual.faults = { blocked: [1006] };
  await expect(library.transfer('A00001L8', 6)).rejects.toThrow('its hand holds cartridge A00001L8');
  expect(await contents(library)).toMatchObject({ 'hand 1': 'A00001L8' });
  expect((await library.alerts())?.map(({ name }) => name)).toEqual(['Library stray tape']);
  // Nobody else is moved meanwhile, whatever the call.
  for (const move of [
    library.transfer('A00002L8', 5),
    library.load('A00002L8', 1),
    library.exchange('A00002L8', 'A00003L8'),
    library.export('A00002L8'),
    library.clean(1),
  ]) {
    await expect(move).rejects.toEqual(problem('hand-full'));
  }
  expect(await library.audit()).toMatchObject({
    recovered: [{ barcode: 'A00001L8', from: { kind: 'hand' }, to: { kind: 'slot', number: 1 } }],
  });
  expect((await library.audit()).recovered).toEqual([]);
  // By name it goes anywhere.
  await expect(library.transfer('A00001L8', 6)).rejects.toBeInstanceOf(HardwareError);
  virtual.faults = {};
  expect(await library.load('A00001L8', 2)).toMatchObject({ move: { from: { kind: 'hand' } }, barcode: 'A00001L8' });
  expect(await library.unload(2)).toMatchObject({ to: { number: 1 } });
});

it('mail slots: out with the operator, in with the operator, and locked', async () => {
  const { library, virtual } = await newTapeLibrary();
  const exported = library.export('A00004L8', { wait: true, intervalMs: 5 });
  await expect.poll(() => virtual.elements.find(({ cartridge }) => cartridge === 'A00004L8')?.type).toBe('mail slot');
  await virtual.export('A00004L8');
  expect(await exported).toMatchObject({ to: { kind: 'mail-slot', number: 7 } });
  const imported = library.import({ wait: true, intervalMs: 5 });
  await virtual.import('A00004L8');
  expect(await imported).toMatchObject([{ barcode: 'A00004L8', to: { kind: 'slot', number: 4 } }]);
  expect(await library.import()).toEqual([]);
  await expect(library.import({ wait: true, timeoutMs: 10, intervalMs: 5 })).rejects.toBeInstanceOf(NotReadyError);
  await library.export('A00004L8');
  await library.lock();
  await expect(virtual.export('A00004L8')).rejects.toBeInstanceOf(DriveBusyError);
  await library.lock(false);
  await virtual.export('A00004L8');
});

it('a library without mail slots exports nothing', async () => {
  const { library } = await newTapeLibrary({ mailSlots: 0 });
  await expect(library.export(1)).rejects.toThrow('the library has no mail slots');
});

describe('cleaning', () => {
  it('unloads the drive first, waits until it has cleaned, counts, and brings the cleaning cartridge home', async () => {
    const { library, virtual, node } = await newTapeLibrary({ cleaning: 1, drive: { loadSeconds: 0.1 } });
    const [drive] = virtual.drives;
    if (drive) drive.cleaningNeed = 'required';
    await library.load('A00001L8', 1);
    expect(await alertsAt(node(1))).toEqual([20]);
    const receipt = await library.clean(1, { intervalMs: 5 });
    expect(receipt).toMatchObject({
      barcode: 'CLNU01L1',
      returned: { to: { kind: 'slot', number: 6 } },
      uses: 1,
      usesCountedBy: 'memory',
      usesLeft: 49,
    });
    expect(receipt.duration).toBeGreaterThanOrEqual(90);
    expect(await contents(library)).toMatchObject({ 'slot 1': 'A00001L8', 'slot 6': 'CLNU01L1' });
    expect([drive?.cartridge, drive?.cleaningNeed]).toEqual([undefined, undefined]);
    expect(await library.clean(1, { intervalMs: 5 })).toMatchObject({ uses: 2, usesLeft: 48 });
    const without = await newTapeLibrary();
    await expect(without.library.clean(1)).rejects.toEqual(problem('source-empty'));
  });

  it('takes the next cartridge for one that is worn out or of another kind, and names them when there is no other', async () => {
    const { library, virtual, node } = await newTapeLibrary({ cartridges: 1 });
    const cleaner = async (barcode: string, options: object) => {
      await virtual.import({ barcode, cleaning: true, ...options });
      return library.import();
    };
    await cleaner('CLN001L1', { usedCleanings: 50 });
    await cleaner('CLN002L1', { generation: 5 });
    await expect(library.clean(2, { intervalMs: 5 })).rejects.toThrow(/worn out.*Replace CLN001L1, CLN002L1/);
    await cleaner('CLN003L1', { usedCleanings: 49 });
    expect(await library.clean(2, { intervalMs: 5 })).toMatchObject({ barcode: 'CLN003L1', uses: 50, usesLeft: 0 });
    await expect(library.clean(2, { intervalMs: 5 })).rejects.toEqual(problem('cleaning-expired'));
    // All of them are back.
    expect(Object.values(await contents(library)).toSorted()).toEqual(['A00001L8', 'CLN001L1', 'CLN002L1', 'CLN003L1']);
    expect(await alertsAt(node(2))).toEqual([22]);
  });

  it('a library that knows by itself which cartridge is worn out says so', async () => {
    const { library, virtual } = await newTapeLibrary({ cleaning: 1 });
    const sense = { key: 3, asc: 0x30, ascq: 0x13 };
    virtual.faults = { commands: [{ command: 'MOVE MEDIUM', times: 1, outcome: { sense } }] };
    await expect(library.clean(1)).rejects.toEqual(problem('cleaning-expired'));
  });

  it('is counted by the library where the memory can not be read', async () => {
    const { library, virtual } = await newTapeLibrary({ cleaning: 1 });
    const [drive] = virtual.drives;
    if (drive) drive.faults = [{ command: 'READ ATTRIBUTE', outcome: { sense: { key: 5, asc: 0x20 } } }];
    await library.clean(1, { intervalMs: 5 });
    expect(await library.clean(1, { intervalMs: 5 })).toMatchObject({
      uses: 2,
      usesCountedBy: 'library',
      usesLeft: undefined,
    });
  });

  it('is counted in a file that lasts, where the memory can not be read; a file that fails spoils no cleaning', async () => {
    const { virtual, device } = await newTapeLibrary({ cleaning: 1 });
    const [drive] = virtual.drives;
    if (drive) drive.faults = [{ command: 'READ ATTRIBUTE', outcome: { sense: { key: 5, asc: 0x20 } } }];
    const cleaningLog = join(await temporaryFolder(), 'cleanings.json');
    const clean = async (log: string) => {
      const opened = await TapeLibrary.open(device, { cleaningLog: log });
      try {
        const { uses, usesCountedBy } = await opened.clean(1, { intervalMs: 5 });
        return [uses, usesCountedBy];
      } finally {
        await opened.close();
      }
    };
    expect([await clean(cleaningLog), await clean(cleaningLog)]).toEqual([
      [1, 'log'],
      [2, 'log'],
    ]);
    expect(JSON.parse(await readFile(cleaningLog, 'utf8'))).toEqual({ uses: { CLNU01L1: 2 } });
    await writeFile(cleaningLog, 'no JSON');
    expect(await clean(cleaningLog)).toEqual([1, 'library']);
    expect(await readFile(cleaningLog, 'utf8')).toBe('no JSON');
    for (const bad of ['', 7, null]) {
      await expect(TapeLibrary.open(device, { cleaningLog: bad as never })).rejects.toBeInstanceOf(
        InvalidArgumentError,
      );
    }
  });
});

async function alertsAt(node: string): Promise<readonly number[] | undefined> {
  const drive = await TapeDrive.open(node);
  try {
    return (await drive.alerts())?.flags.map(({ flag }) => flag);
  } finally {
    await drive.close();
  }
}

it('waits for a library that takes its first inventory, and audits', async () => {
  const { library } = await newTapeLibrary({ speed: { scan: 0.01 } });
  expect((await library.audit()).elements).toHaveLength(11);
});

it('moves are made one at a time', async () => {
  const { library } = await newTapeLibrary();
  await Promise.all([
    library.transfer('A00001L8', 5),
    library.transfer('A00001L8', 6),
    library.transfer('A00002L8', 1),
  ]);
  expect(await contents(library)).toMatchObject({ 'slot 1': 'A00002L8', 'slot 6': 'A00001L8' });
});

it('watches: what an operator does, what moves, and what alerts', async () => {
  const { library, virtual } = await newTapeLibrary();
  const end = new AbortController();
  const events = library.watch({ intervalMs: 2, signal: end.signal });
  const next = async (type: string) => {
    for (;;) {
      const { value } = await events.next();
      if (value?.type === type) return value;
    }
  };
  await next('attention');
  await virtual.import({ barcode: 'N00001L8', capacityBytes: 1e6 });
  expect(await next('arrived')).toMatchObject({ barcode: 'N00001L8', at: { kind: 'mail-slot', number: 7 } });
  await library.import();
  expect(await next('moved')).toMatchObject({ barcode: 'N00001L8', to: { kind: 'slot', number: 5 } });
  virtual.faults = { unreadable: ['A00001L8'] };
  expect(await next('alert')).toMatchObject({ alert: { flag: 32 } });
  // A library that can't be asked for a while does not end the watch.
  virtual.faults = { offline: true };
  expect(await next('not-ready')).toMatchObject({ why: expect.stringContaining('offline') });
  virtual.faults = {};
  await next('ready');
  const told = (ascq: number) => {
    const sense = { key: 6, asc: 0x3b, ascq };
    virtual.faults = { commands: [{ command: 'TEST UNIT READY', times: 1, outcome: { sense } }] };
  };
  told(0x12);
  expect(await next('magazine')).toEqual({ type: 'magazine', change: 'removed' });
  told(0x13);
  expect(await next('magazine')).toEqual({ type: 'magazine', change: 'inserted' });
  end.abort();
  expect((await events.next()).done).toBe(true);
});

it('opens only what is a library', async () => {
  const { device, node } = await newTapeLibrary();
  await expect(TapeLibrary.open(node(1))).rejects.toBeInstanceOf(DeviceNotFoundError);
  await expect(TapeLibrary.open(`${device}x`)).rejects.toBeInstanceOf(DeviceNotFoundError);
  await expect(TapeLibrary.open('/dev/null')).rejects.toMatchObject({ code: 'LTO_NOT_A_LIBRARY' });
  await expect(TapeLibrary.open('/dev/no-such')).rejects.toBeInstanceOf(DeviceNotFoundError);
  for (const name of [undefined, null, '', 'virtual:', 3]) {
    await expect(TapeLibrary.open(name as never)).rejects.toBeInstanceOf(InvalidArgumentError);
  }
});

it('an error names its next step', () => {
  const error = new ElementError('no', { problem: 'source-empty', next: 'Look' });
  expect(error.toJSON()).toMatchObject({ code: 'LTO_ELEMENT', problem: 'source-empty', next: 'Look' });
});
