import { expect, it } from 'vitest';
import { exchangeMedium, moveMedium } from '../../../src/scsi/changer/index.js';
import { loadUnload } from '../../../src/scsi/commands/position.js';
import { testUnitReady } from '../../../src/scsi/commands/primary.js';
import type { VirtualLibrary } from '../../../src/virtual/index.js';
import { randomFrom } from '../../../src/virtual/unit/random.js';
import { outcome } from '../support.js';
import { contents, DRIVE, elementStatus, newLibraryFolder, openLibrary, SLOT, send } from './support.js';

/** `LIBRARY_MOVES=10000` is the long run. */
const MOVES = Number(process.env.LIBRARY_MOVES ?? 1500);
const ELEMENTS = [DRIVE, DRIVE + 1, 101, 102, ...[0, 1, 2, 3, 4, 5].map((slot) => SLOT + slot)];

/** What a library has to do, as a list of who is where. */
class Model {
  readonly at = new Map<number, string>();
  readonly loaded = new Set<number>();
  readonly outside = new Set<string>();
  stuck: number | undefined;

  /** Why a cartridge does not come out of an element. */
  #held(element: number): string | undefined {
    if (element === this.stuck) return '4/53/00';
    return this.loaded.has(element) ? '5/3a/00' : undefined;
  }

  move(source: number, destination: number): string {
    const cartridge = this.at.get(source);
    if (cartridge === undefined) return '5/3b/0e';
    if (source !== destination && this.at.has(destination)) return '5/3b/0d';
    const held = this.#held(source);
    if (held !== undefined) return held;
    this.at.delete(source);
    this.#put(destination, cartridge);
    return 'good';
  }

  exchange(source: number, first: number, second: number): string {
    const [cartridge, other] = [this.at.get(source), this.at.get(first)];
    if (cartridge === undefined || other === undefined) return '5/3b/0e';
    if (source === first) return '5/3b/0d';
    if (second !== source && this.at.has(second)) return '5/3b/0d';
    const held = this.#held(source);
    if (held !== undefined) return held;
    const stays = this.#held(first);
    if (stays !== undefined) {
      // The drive had let it go, and gets it back.
      if (source <= DRIVE + 1) this.loaded.add(source);
      return stays;
    }
    this.at.delete(source);
    this.#put(first, cartridge);
    this.#put(second, other);
    return 'good';
  }

  #put(element: number, cartridge: string): void {
    this.at.set(element, cartridge);
    if (element <= DRIVE + 1) this.loaded.add(element);
  }
}

it('does what a list of who is where does, over restarts, faults and two initiators', {
  timeout: 3_600_000,
}, async () => {
  const random = randomFrom(Number(process.env.FUZZ_SEED ?? 1));
  const below = (end: number) => Math.floor(random() * end);
  const any = () => ELEMENTS[below(ELEMENTS.length)] ?? DRIVE;
  const folder = await newLibraryFolder({ slots: 6, cartridges: 5 });
  let library = await openLibrary(folder);
  const model = new Model();
  for (const [element, cartridge] of Object.entries(contents(library))) model.at.set(Number(element), cartridge);
  let moved = 0;
  for (let step = 0; step < MOVES; step++) {
    const nexus = below(3) === 0 ? 'other' : 'local';
    await settle(library, nexus);
    const kind = below(20);
    if (kind === 0) {
      // Closed in order: what was loaded stays so.
      await library.close();
      library = await openLibrary(folder);
      model.stuck = undefined;
    } else if (kind === 1) {
      model.stuck = below(2) === 0 ? undefined : any();
      library.faults = model.stuck === undefined ? {} : { stuck: [model.stuck] };
    } else if (kind === 2) {
      const name = model.at.get(101);
      if (name !== undefined) {
        await library.export(name);
        model.at.delete(101);
        model.outside.add(name);
      }
    } else if (kind === 3) {
      const [name] = model.outside;
      const free = [101, 102].find((mail) => !model.at.has(mail));
      if (name !== undefined && free !== undefined) {
        expect(await library.import(name)).toBe(free);
        model.outside.delete(name);
        model.at.set(free, name);
      }
    } else if (kind < 8) {
      for (const [index, drive] of library.drives.entries()) {
        if (!model.loaded.delete(DRIVE + index)) continue;
        for (let i = 0; i < 2; i++) await send(drive, testUnitReady(), nexus);
        expect(await outcome(send(drive, loadUnload({ load: false }), nexus))).toBe('good');
      }
    } else if (kind < 15) {
      const [source, destination] = [any(), any()];
      const expected = model.move(source, destination);
      const told = `step ${step}: ${source} to ${destination}`;
      expect(await outcome(send(library, moveMedium({ source, destination }), nexus)), told).toBe(expected);
      if (expected === 'good') moved += 1;
    } else {
      const [source, firstDestination, secondDestination] = [any(), any(), any()];
      const expected = model.exchange(source, firstDestination, secondDestination);
      const told = `step ${step}: ${source} to ${firstDestination} to ${secondDestination}`;
      const exchange = exchangeMedium({ source, firstDestination, secondDestination });
      expect(await outcome(send(library, exchange, nexus)), told).toBe(expected);
      if (expected === 'good') moved += 1;
    }
    expect(contents(library), `step ${step}`).toEqual(Object.fromEntries(model.at));
  }
  expect(moved).toBeGreaterThan(MOVES / 20);
  await settle(library, 'local');
  const seen = await elementStatus(library, { elementType: 'all', volumeTags: true });
  const full = seen.flatMap(({ element, tag }) => (tag === '' ? [] : [[element, tag]]));
  expect(Object.fromEntries(full)).toEqual(Object.fromEntries(model.at));
});

/** Takes what waits to be told. */
async function settle(library: VirtualLibrary, nexus: string): Promise<void> {
  while ((await outcome(send(library, testUnitReady(), nexus))) !== 'good');
}
