import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { TapeLibrary } from '../../../src/library/tape-library.js';
import { type LibraryControls, openLibraryControls } from '../../../src/virtual/index.js';
import { randomFrom } from '../../../src/virtual/unit/random.js';
import { expectWhole, inventoryOf, killedRound, type Places } from '../../kill/library-campaign.js';
import { compiledSources } from '../../support/compiled.js';
import { CHANGER, mtx, mtxName, mtxStatus } from './mtx.js';

// Our process moves cartridges through Linux's sg and st and is killed, mtx moves others at the same time, the robot has faults.

const { LTO_LAB_LIBRARY: folder = '' } = process.env;
const compiled = compiledSources();
/** Acknowledged moves of ours; `LIBRARY_MOVES=10000` is the long run. */
const MOVES = Number(process.env.LIBRARY_MOVES ?? 40);
const SEED = Number(process.env.LIBRARY_SEED ?? 1);
/** A process takes a second to begin; the long run lets it move for longer. */
const LONGEST_MS = MOVES > 1000 ? 30_000 : 6000;
/** Slots and mail slots, as mtx numbers them. */
const STORES = 8;

const random = randomFrom(SEED);
const below = (end: number) => Math.floor(random() * end);

/** mtx moves what is in slots and mail slots, until it is told to end. Gives how many moves it made. */
async function rival(signal: AbortSignal): Promise<number> {
  let moves = 0;
  while (!signal.aborted) {
    const move = below(4) === 0 ? 'exchange' : 'transfer';
    const made = mtx(move, 1 + below(STORES), 1 + below(STORES)).then(
      () => 1,
      () => 0,
    );
    moves += await made;
    await delay(below(200));
  }
  return moves;
}

/** Faults come and go. */
async function faults(controls: LibraryControls, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const address = 1001 + below(6);
    const sense = { key: 4, asc: 0x15, ascq: 1 };
    const next = [
      {},
      { stuck: [address] },
      { blocked: [address] },
      { commands: [{ command: 'MOVE MEDIUM' as const, times: 1, outcome: { sense } }] },
    ][below(4)];
    await controls.setFaults(next ?? {});
    await delay(500);
  }
  await controls.setFaults({});
}

it('our process is killed, mtx moves, the robot fails: every cartridge is in one place, which all agree on', {
  timeout: 7_200_000,
}, async () => {
  const controls = await openLibraryControls(folder);
  onTestFinished(() => controls.close());
  const state = async () => (await controls.state()).elements.filter(({ cartridge }) => cartridge !== null);
  const truth = async (): Promise<Places> =>
    Object.fromEntries((await state()).map(({ element, cartridge }) => [element, cartridge ?? '']));
  const all = Object.values(await truth()).toSorted();
  const counts = { ours: 0, mtx: 0, refused: 0, kills: 0 };
  const told = () => `${counts.ours} moves, ${counts.mtx} by mtx, ${counts.refused} refused, ${counts.kills} kills\n`;
  while (counts.ours < MOVES) {
    const end = new AbortController();
    const others = [
      counts.kills % 2 === 0 ? rival(end.signal) : Promise.resolve(0),
      faults(controls, end.signal),
    ] as const;
    const round = await killedRound({
      lib: dirname(compiled.path('index.js')),
      device: CHANGER,
      seed: SEED + counts.kills,
      kind: 'outside',
      afterMs: random() * LONGEST_MS,
    });
    end.abort();
    counts.mtx += await others[0];
    await others[1];
    counts.ours += round.moves.length;
    counts.refused += round.refused.length;
    counts.kills += 1;
    // What was on its way to the robot when our process ended is carried out.
    await expect.poll(async () => JSON.stringify(await inventoryOf(CHANGER))).toBe(JSON.stringify(await truth()));
    const places = await truth();
    expectWhole(places, all);
    const named = (await state()).filter(({ type }) => type !== 'hand').map((each) => [mtxName(each), each.cartridge]);
    expect(await mtxStatus()).toEqual(Object.fromEntries(named));
    if (MOVES > 1000) process.stdout.write(told());
  }
  process.stdout.write(told());
  // The tests that follow find empty drives.
  const library = await TapeLibrary.open(CHANGER);
  await library.audit();
  for (const drive of [1, 2]) await library.unload(drive).catch(() => undefined);
  await library.close();
});
