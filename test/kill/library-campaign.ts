import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { TapeLibrary } from '../../src/library/tape-library.js';

// Moves at random by a process that is killed again and again. After each kill every cartridge is in one place, and the
// inventory is the truth.

/** Barcodes by address of the element. */
export type Places = Readonly<Record<number, string>>;

export interface Round {
  /** Moves that were acknowledged. */
  readonly moves: readonly (readonly [barcode: string, from: number, to: number])[];
  /** Codes of the errors that calls ended with. */
  readonly refused: readonly string[];
  /** What was under way when it was killed. */
  readonly pending: readonly unknown[] | undefined;
}

interface RoundOptions {
  readonly lib: string;
  readonly device: string;
  readonly seed: number;
  readonly kind: 'plain' | 'faults' | 'rival' | 'outside';
  /** Milliseconds from the first answer to the kill. */
  readonly afterMs: number;
}

/** Errors that a move may end with; every other is a fault of ours. */
const EXPECTED: ReadonlySet<string> = new Set([
  'LTO_ELEMENT',
  'LTO_HARDWARE_ERROR',
  'LTO_NOT_READY',
  'LTO_TRANSPORT',
  'LTO_DRIVE_BUSY',
  'LTO_NO_MEDIUM',
]);
/** Another initiator was faster: the inventory does not show what the library said. */
const RIVAL = 'LTO_VERIFICATION_FAILED';

/** Starts the process that moves, and kills it. */
export async function killedRound({ lib, device, seed, kind, afterMs }: RoundOptions): Promise<Round> {
  const script = join(import.meta.dirname, 'library-child.mjs');
  const child = spawn(process.execPath, [script, lib, device, String(seed), kind], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_LTO_PREBUILD: join(import.meta.dirname, '../..') },
  });
  const exited = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  const moves: Round['moves'][number][] = [];
  const refused: string[] = [];
  let pending: readonly unknown[] | undefined;
  let begun = false;
  for await (const line of createInterface(child.stdout)) {
    const told = JSON.parse(line);
    pending = told.begin;
    if (told.begin !== undefined) continue;
    if (!begun) setTimeout(() => child.kill('SIGKILL'), afterMs);
    begun = true;
    moves.push(...(told.done ?? []));
    if (told.refused === undefined) continue;
    const mayBe = EXPECTED.has(told.refused) || (told.refused === RIVAL && (kind === 'rival' || kind === 'outside'));
    expect(mayBe, `${told.refused}: ${told.message}`).toBe(true);
    refused.push(told.refused);
  }
  expect(await exited).toBe('SIGKILL');
  return { moves, refused, pending };
}

/** Where cartridges are by what was acknowledged. Throws for a move of what was not there. */
export function afterMoves(before: Places, moves: Round['moves']): Places {
  const places: Record<number, string> = { ...before };
  // The two moves of an exchange happen at once: all leave, then all arrive.
  for (const [index, [barcode, from, to]] of moves.entries()) {
    expect(
      places[from] === barcode || places[to] === barcode || wasExchanged(moves, index),
      `${barcode} at ${from}`,
    ).toBe(true);
    if (places[from] === barcode) delete places[from];
    places[to] = barcode;
  }
  return places;
}

function wasExchanged(moves: Round['moves'], index: number): boolean {
  return moves[index - 1]?.[2] === moves[index]?.[1];
}

/** What our own client finds. */
export async function inventoryOf(device: string): Promise<Places> {
  const library = await TapeLibrary.open(device);
  try {
    const { elements } = await library.inventory();
    return Object.fromEntries(
      elements.flatMap(({ address, full, barcode }) => (full ? [[address, barcode ?? '?']] : [])),
    );
  } finally {
    await library.close();
  }
}

/** No cartridge is lost, none is in two places. */
export function expectWhole(places: Places, all: readonly string[], outside: readonly string[] = []): void {
  expect([...Object.values(places), ...outside].toSorted()).toEqual(all);
}

/** How many elements differ. */
export function differences(one: Places, other: Places): number {
  const addresses = new Set([...Object.keys(one), ...Object.keys(other)].map(Number));
  return [...addresses].filter((address) => one[address] !== other[address]).length;
}
