import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { TapeLibrary } from '../../../src/library/tape-library.js';
import { openLibraryControls } from '../../../src/virtual/index.js';
import { CHANGER, mtxName, mtxStatus } from './mtx.js';

// Two processes of this library move cartridges of one robot at the same time.

/** As it was built. */
const LIBRARY = fileURLToPath(new URL('../../../lib/index.js', import.meta.url));
const { LTO_LAB_LIBRARY: folder = '' } = process.env;
const CALLS = 25;

/** Moves what is in slots and mail slots, drawn at random; prints what came of each call. */
const CODE = `
  const [, library, device, seed] = process.argv;
  const { TapeLibrary } = await import(library);
  const changer = await TapeLibrary.open(device);
  let state = Number(seed);
  const below = (end) => { state = (state * 48271) % 2147483647; return state % end; };
  for (let call = 0; call < ${CALLS}; call += 1) {
    const stores = (await changer.inventory()).elements.filter(({ kind }) => kind === 'slot' || kind === 'mail-slot');
    const full = stores.filter((element) => element.full);
    const from = full[below(full.length)];
    const to = stores[below(stores.length)];
    try {
      const { barcode } = await changer.transfer({ address: from.address }, { address: to.address });
      console.log(JSON.stringify({ moved: barcode }));
    } catch (error) {
      console.log(JSON.stringify({ refused: error.code ?? String(error), message: error.message }));
    }
  }
  await changer.close();`;

/** What a call may end with: the element is taken, or the other process was faster than the proof. */
const TYPED = ['LTO_ELEMENT', 'LTO_VERIFICATION_FAILED', 'LTO_DRIVE_BUSY', 'LTO_NOT_READY', 'LTO_INVALID_ARGUMENT'];

async function moving(seed: number) {
  const args = ['--input-type=module', '-e', CODE, LIBRARY, CHANGER, String(seed)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const told: { readonly moved?: string; readonly refused?: string; readonly message?: string }[] = [];
  for await (const line of createInterface(child.stdout)) told.push(JSON.parse(line));
  expect(await exited).toBe(0);
  return told;
}

it('two processes that move at the same time lose nothing, and each call is done or refused by a typed error', {
  timeout: 600_000,
}, async () => {
  const controls = await openLibraryControls(folder);
  const cartridges = async () => (await controls.state()).elements.filter(({ cartridge }) => cartridge !== null);
  try {
    const all = (await cartridges()).map(({ cartridge }) => cartridge).toSorted();
    const both = await Promise.all([moving(11), moving(12)]);
    for (const told of both) {
      expect(told).toHaveLength(CALLS);
      expect(told.some(({ moved }) => moved !== undefined)).toBe(true);
      for (const { refused, message } of told) if (refused !== undefined) expect(TYPED, message).toContain(refused);
    }
    const after = await cartridges();
    expect(after.map(({ cartridge }) => cartridge).toSorted()).toEqual(all);
    const library = await TapeLibrary.open(CHANGER);
    const { elements } = await library.inventory();
    await library.close();
    const seen = elements.flatMap(({ full, address, barcode }) => (full ? [[address, barcode]] : []));
    expect(Object.fromEntries(seen)).toEqual(
      Object.fromEntries(after.map(({ element, cartridge }) => [element, cartridge])),
    );
    const named = after.filter(({ type }) => type !== 'hand').map((each) => [mtxName(each), each.cartridge]);
    expect(await mtxStatus()).toEqual(Object.fromEntries(named));
  } finally {
    await controls.close();
  }
});
