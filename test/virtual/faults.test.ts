import { describe, expect, it } from 'vitest';
import { read6, rewind, testUnitReady, write6 } from '../../src/scsi/index.js';
import type { Fault } from '../../src/virtual/index.js';
import { newDrive, outcome, pattern, send, where } from './support.js';

const MEDIUM_ERROR = { key: 3, asc: 0x0c, ascq: 0 };
const RECORD = write6({ data: pattern(100, 1) });

describe('faults', () => {
  it('strike a command by name or operation code, after a count, as often as is said', async () => {
    const drive = await newDrive();
    for (const command of ['WRITE(6)', 0x0a] as const) {
      drive.faults = [{ command, afterCount: 2, times: 1, outcome: { sense: MEDIUM_ERROR } }];
      const outcomes = [];
      for (let record = 0; record < 5; record++) outcomes.push(await outcome(send(drive, RECORD)));
      expect(outcomes).toEqual(['good', 'good', '3/0c/00', 'good', 'good']);
      expect(await outcome(send(drive, testUnitReady()))).toBe('good');
    }
    expect(await where(drive)).toEqual([8, 0]);
  });

  it('strike at a place on tape', async () => {
    const drive = await newDrive();
    for (let record = 0; record < 3; record++) await send(drive, RECORD);
    drive.faults = [{ command: 'READ(6)', atObject: 1, outcome: { sense: { key: 3, asc: 0x11, ascq: 0 } } }];
    await send(drive, rewind());
    expect(await outcome(send(drive, read6({ length: 100 })))).toBe('good');
    expect(await outcome(send(drive, read6({ length: 100 })))).toBe('3/11/00');
    expect(await outcome(send(drive, read6({ length: 100 })))).toBe('3/11/00');
  });

  it('lose the answer of a command that was carried out, or not', async () => {
    const drive = await newDrive();
    for (const carriedOut of [true, false]) {
      drive.faults = [{ command: 'WRITE(6)', carriedOut, times: 1, outcome: { hostStatus: 3 } }];
      const { hostStatus, status, sense } = await send(drive, RECORD);
      expect([hostStatus, status, sense.length]).toEqual([3, 0, 0]);
      expect(await where(drive)).toEqual([1, 0]);
    }
  });

  it('by chance are the same for the same seed', async () => {
    const strikes = async (seed: number) => {
      const drive = await newDrive();
      const fault: Fault = { command: 'TEST UNIT READY', probability: 0.5, seed, outcome: { sense: { key: 4 } } };
      drive.faults = [fault];
      expect(drive.faults).toEqual([fault]);
      const outcomes = [];
      for (let turn = 0; turn < 40; turn++) outcomes.push(await outcome(send(drive, testUnitReady())));
      return outcomes.join(' ');
    };
    const first = await strikes(7);
    expect(await strikes(7)).toBe(first);
    expect(await strikes(8)).not.toBe(first);
    expect(first).toContain('good');
    expect(first).toContain('4/00/00');
  });

  it('delay a command, and those behind it', async () => {
    const drive = await newDrive();
    drive.faults = [{ command: 'REWIND', outcome: { delayMs: 100 } }];
    const order: string[] = [];
    const start = performance.now();
    const slow = send(drive, rewind()).then(() => order.push('rewind'));
    const next = send(drive, testUnitReady()).then(() => order.push('ready'));
    await Promise.all([slow, next]);
    expect(order).toEqual(['rewind', 'ready']);
    expect(performance.now() - start).toBeGreaterThan(90);
  });
});
