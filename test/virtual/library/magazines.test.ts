import { expect, it, onTestFinished } from 'vitest';
import { moveMedium } from '../../../src/scsi/changer/commands.js';
import { preventAllow, testUnitReady } from '../../../src/scsi/commands/primary.js';
import { openLibraryControls, VirtualLibrary } from '../../../src/virtual/index.js';
import { newTapeLibrary } from '../../library/support.js';
import { outcome } from '../support.js';
import { DRIVE, newLibrary, newLibraryFolder, openLibrary, SLOT, send } from './support.js';

/** Six slots in two magazines: 1001 to 1003, 1004 to 1006. */
const TWO = { slots: 6, cartridges: 4, magazines: 2 } as const;

it('a magazine is taken out with its cartridges, and comes back with them', async () => {
  const library = await newLibrary(TWO);
  await library.removeMagazine(1);
  expect(library.magazinesOut).toEqual([1]);
  expect(await outcome(send(library, testUnitReady()))).toBe('6/3b/12');
  const move = (source: number, destination: number) => outcome(send(library, moveMedium({ source, destination })));
  expect(await move(SLOT, DRIVE)).toBe('5/3b/11');
  expect(await move(SLOT + 3, SLOT + 2)).toBe('5/3b/11');
  expect(await move(SLOT + 3, SLOT + 4)).toBe('good');
  await library.insertMagazine(1);
  expect(await outcome(send(library, testUnitReady()))).toBe('6/3b/13');
  expect(await move(SLOT, DRIVE)).toBe('good');
});

it('no operator takes out a locked magazine, or one that is not there', async () => {
  const library = await newLibrary(TWO);
  await send(library, preventAllow(true));
  await expect(library.removeMagazine(1)).rejects.toMatchObject({ code: 'LTO_DRIVE_BUSY' });
  await send(library, preventAllow(false));
  await library.removeMagazine(1);
  const refused = { code: 'LTO_INVALID_ARGUMENT' };
  for (const none of [0, 3, 1.5, Number.NaN, null, '2']) {
    await expect(library.removeMagazine(none as number)).rejects.toMatchObject(refused);
    await expect(library.insertMagazine(none as number)).rejects.toMatchObject(refused);
  }
  await expect(library.removeMagazine(1)).rejects.toThrow('out already');
  await expect(library.insertMagazine(2)).rejects.toThrow('in already');
  const fixed = await newLibrary();
  await expect(fixed.removeMagazine(1)).rejects.toMatchObject(refused);
});

it('what is out stays out over a power cut, and a magazine that was put in is scanned', async () => {
  const folder = await newLibraryFolder({ ...TWO, speed: { scan: 0.1 } });
  const before = await VirtualLibrary.open(folder);
  await before.removeMagazine(2);
  await before.close();
  const library = await openLibrary(folder);
  expect(library.magazinesOut).toEqual([2]);
  await expect.poll(() => outcome(send(library, testUnitReady()))).toBe('good');
  await library.insertMagazine(2);
  expect(await outcome(send(library, testUnitReady()))).toBe('6/3b/13');
  expect(await outcome(send(library, testUnitReady()))).toBe('2/04/01');
  await expect.poll(() => outcome(send(library, testUnitReady()))).toBe('good');
});

it('TapeLibrary sees that slots are out of reach, and tells by watch()', async () => {
  const { library, virtual } = await newTapeLibrary({ magazines: 2 });
  const end = new AbortController();
  const events = library.watch({ intervalMs: 10, signal: end.signal });
  const next = async (type: string) => {
    for (;;) {
      const { value, done } = await events.next();
      if (done || value.type === type) return value;
    }
  };
  const first = events.next();
  await virtual.removeMagazine(1);
  await first;
  expect(await next('magazine')).toEqual({ type: 'magazine', change: 'removed' });
  const slots = async () => {
    const { elements } = await library.inventory();
    return elements.filter(({ kind }) => kind === 'slot').map(({ full, accessible }) => [full, accessible]);
  };
  const [out, full, empty] = [
    [false, false],
    [true, true],
    [false, true],
  ];
  expect(await slots()).toEqual([out, out, out, full, empty, empty]);
  await expect(library.load({ address: SLOT }, 1)).rejects.toMatchObject({ code: 'LTO_ELEMENT' });
  // The home of a cartridge is gone: it gets another slot.
  await library.load('A00004L8', 1);
  await virtual.insertMagazine(1);
  expect(await next('magazine')).toEqual({ type: 'magazine', change: 'inserted' });
  await library.load('A00001L8', 2);
  await virtual.removeMagazine(2);
  expect(await library.unload(1)).toMatchObject({ to: { kind: 'slot', number: 1 } });
  await virtual.insertMagazine(2);
  await library.unload(2);
  expect((await library.inventory()).elements.filter((element) => element.full)).toHaveLength(4);
  end.abort();
});

it('with the codes of IBM 3573-TL: what is out, not looked into, without a label, a cleaner without one', async () => {
  const named = { vendor: 'IBM', product: '3573-TL' };
  const { library, virtual } = await newTapeLibrary({
    magazines: 2,
    cleaning: 1,
    traits: ['maker-exceptions'],
    ...named,
  });
  const exceptions = async () => {
    const { elements } = await library.inventory();
    return elements.filter(({ kind }) => kind === 'slot').map(({ exception }) => exception);
  };
  expect(await exceptions()).toEqual(Array(6).fill(undefined));
  virtual.faults = { unreadable: ['A00002L8', 'CLNU01L1'] };
  expect(await exceptions()).toEqual([
    undefined,
    '83/01 no readable barcode label',
    undefined,
    undefined,
    undefined,
    '30/83 cleaning cartridge without a readable label',
  ]);
  virtual.faults = {};
  await virtual.removeMagazine(1);
  const removed = '3b/12 medium magazine removed';
  expect(await exceptions()).toEqual([removed, removed, removed, undefined, undefined, undefined]);
  expect((await library.inventory()).elements.filter(({ disabled }) => disabled)).toHaveLength(3);
  await virtual.insertMagazine(1);
  const unscanned = '83/00 not yet scanned';
  expect(await exceptions()).toEqual([unscanned, unscanned, unscanned, undefined, undefined, undefined]);
  await expect(library.load('A00001L8', 1)).rejects.toMatchObject({ code: 'LTO_ELEMENT' });
  await library.audit();
  expect(await exceptions()).toEqual(Array(6).fill(undefined));
  expect(await library.load('A00001L8', 1)).toMatchObject({ barcode: 'A00001L8' });
});

it('the controls of a folder take magazines out and put them in', async () => {
  const folder = await newLibraryFolder(TWO);
  const controls = await openLibraryControls(folder);
  onTestFinished(() => controls.close());
  await controls.removeMagazine(2);
  expect((await controls.state()).magazinesOut).toEqual([2]);
  await controls.insertMagazine(2);
  expect((await controls.state()).magazinesOut).toEqual([]);
});
