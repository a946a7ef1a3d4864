import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createVirtualLibrary, VirtualLibrary } from '../../src/virtual/index.js';
import { randomFrom } from '../../src/virtual/unit/random.js';
import { compiledSources } from '../support/compiled.js';
import { afterMoves, differences, expectWhole, inventoryOf, killedRound, type Places } from './library-campaign.js';

/** Acknowledged moves; `LIBRARY_MOVES=10000` is the long run. */
const MOVES = Number(process.env.LIBRARY_MOVES ?? 300);
const SEED = Number(process.env.LIBRARY_SEED ?? 1);
/** A process takes seconds to begin; the long run lets it move for longer. */
const LONGEST_MS = MOVES > 1000 ? 6000 : 1500;
const KINDS = ['plain', 'faults', 'rival'] as const;

const { path: compiled } = compiledSources();

/** Opens the library as the next process does. */
async function truth(folder: string): Promise<Places> {
  const library = await VirtualLibrary.open(folder);
  try {
    const bays = library.elements.filter(({ type }) => type === 'drive').map(({ cartridge }) => cartridge ?? undefined);
    expect(library.drives.map(({ cartridge }) => cartridge)).toEqual(bays);
    return Object.fromEntries(
      library.elements.flatMap((each) => (each.cartridge ? [[each.element, each.cartridge]] : [])),
    );
  } finally {
    await library.close();
  }
}

it('moves, kills, faults and a rival: no cartridge is lost, none is in two places, and the inventory is the truth', {
  timeout: 7_200_000,
}, async () => {
  const folder = join(await mkdtemp(join(tmpdir(), 'node-lto-campaign-')), 'library');
  onTestFinished(() => rm(dirname(folder), { recursive: true, force: true }));
  await createVirtualLibrary(folder, { slots: 12, cartridges: 9, drives: 2, mailSlots: 2, capacityBytes: 1e6 });
  const random = randomFrom(SEED);
  const lib = dirname(compiled('index.js'));
  let places = await truth(folder);
  const all = Object.values(places).toSorted();
  let moves = 0;
  let refused = 0;
  let rounds = 0;
  for (; moves < MOVES; rounds += 1) {
    const kind = KINDS[rounds % KINDS.length] ?? 'plain';
    const afterMs = random() * LONGEST_MS;
    const round = await killedRound({ lib, device: `virtual:${folder}`, seed: SEED + rounds, kind, afterMs });
    const now = await truth(folder);
    expectWhole(now, all);
    expect(await inventoryOf(`virtual:${folder}`)).toEqual(now);
    // With nobody else: what was acknowledged has happened, and at most the call that was under way besides.
    if (kind === 'plain') {
      const different = differences(afterMoves(places, round.moves), now);
      expect(different, `round ${rounds}`).toBeLessThanOrEqual(round.pending === undefined ? 0 : 4);
    }
    places = now;
    moves += round.moves.length;
    refused += round.refused.length;
  }
  process.stdout.write(`${moves} moves, ${refused} calls refused, ${rounds} kills\n`);
});
