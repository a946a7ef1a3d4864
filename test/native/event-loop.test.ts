import { describe, expect, it } from 'vitest';
import { countTurns, work } from '../support/event-loop.js';
import { onLinux, openDevice, slab } from './addon.js';

const CALLS = 40;
/** Of the two ways to wake the event loop, each is seen once a turn at most. */
const MOST_IN_A_TURN = 2;

/**
 * How many times `next` was settled in each turn of the event loop, called again and again `CALLS` times. While the
 * thread works, a device thread has surely written 4 KiB to /dev/null.
 */
async function settledByTurn(next: () => Promise<unknown>): Promise<number[]> {
  const { note, stop } = countTurns();
  for (let i = 0; i < CALLS; i += 1) {
    const call = next();
    work();
    await call;
    note();
  }
  return stop();
}

describe.runIf(onLinux)('a device that is faster than its caller', () => {
  it('lets the event loop go round while it is written to', async () => {
    const device = await openDevice('/dev/null');
    const memory = slab(4096);
    const turns = await settledByTurn(() => device.writeRecords(memory, 4096, 1, 0));
    await device.close();
    expect(Math.max(...turns)).toBeLessThanOrEqual(MOST_IN_A_TURN);
    expect(turns.reduce((sum, settled) => sum + settled)).toBe(CALLS);
  });

  it('lets the event loop go round while it is read from', async () => {
    const device = await openDevice('/dev/zero');
    const memory = slab(4096);
    const turns = await settledByTurn(() => device.readRecords(memory, 4096, 1, 1, 0));
    await device.close();
    expect(Math.max(...turns)).toBeLessThanOrEqual(MOST_IN_A_TURN);
  });

  it('lets timers run', async () => {
    const device = await openDevice('/dev/null');
    const memory = slab(4096);
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 1);
    await settledByTurn(() => device.writeRecords(memory, 4096, 1, 0));
    clearInterval(timer);
    await device.close();
    // Each call took several milliseconds: no turn comes before the timer is due again.
    expect(ticks).toBeGreaterThanOrEqual(CALLS / MOST_IN_A_TURN - 2);
  });
});
