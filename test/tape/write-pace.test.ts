import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LEAST_PACED_BYTES, RUN_DRY_MS } from '../../src/tape/stream/memory/memory.js';
import { WriteBuffer } from '../../src/tape/stream/write/write-buffer.js';
import { paceAt, WritePace } from '../../src/tape/stream/write/write-pace.js';

const MIB = 1024 * 1024;
const RECORD = MIB / 4;
const SPEEDS = { lowest: 100 * MIB, highest: 400 * MIB };
const PIECE = 4 * MIB;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A buffer over a drive that takes everything at once, and what it was given. */
function newBuffer(options: { readonly bufferBytes?: number; readonly startThreshold?: number } = {}) {
  const written: number[] = [];
  const buffer = new WriteBuffer({
    recordSize: RECORD,
    bufferBytes: LEAST_PACED_BYTES,
    startThreshold: 4 * PIECE,
    speeds: SPEEDS,
    slabs: { take: (byteLength) => new Uint8Array(byteLength), give: () => undefined },
    write: async (pieces) => {
      for (const [first = -1] of pieces) written.push(first);
    },
    onFailure: (error) => {
      throw error;
    },
    ...options,
  });
  const fill = (pieces: number, first = 0) => {
    for (let i = 0; i < pieces; i += 1) expect(buffer.pack(new Uint8Array(PIECE).fill(first + i))).toHaveLength(0);
  };
  return { buffer, written, fill };
}

describe('how fast a drive is fed', () => {
  it('keeps half of the memory for pauses, and never keeps the source waiting', () => {
    expect(paceAt(0, SPEEDS)).toBe(SPEEDS.lowest);
    expect(paceAt(0.5, SPEEDS)).toBe(SPEEDS.lowest);
    expect(paceAt(0.9, SPEEDS)).toBeGreaterThan(SPEEDS.lowest);
    expect(paceAt(0.949, SPEEDS)).toBeLessThanOrEqual(SPEEDS.highest);
    expect(paceAt(0.95, SPEEDS)).toBe(Number.POSITIVE_INFINITY);
  });

  it('makes up for a timer that is late, but not for more than 200 ms', () => {
    const pace = new WritePace({ lowest: 1000, highest: 1000 });
    pace.sent(10_000, 500, 0); // nothing was due before: 500 ms, of which 200 have passed
    expect(pace.wait(10_000, 0)).toBe(300);
    pace.sent(10_400, 500, 0); // 100 ms late
    expect(pace.wait(10_400, 0)).toBe(400);
    pace.sent(11_500, 500, 0); // 700 ms late
    expect(pace.wait(11_500, 0)).toBe(300);
    expect(pace.wait(11_900, 0)).toBe(0);
    expect(pace.wait(11_500, 0.95)).toBe(0);
  });

  it('gives a drive its lowest speed while little is held', async () => {
    const { written, fill } = newBuffer();
    fill(100);
    await vi.advanceTimersByTimeAsync(1000);
    const bytes = written.length * PIECE;
    expect(bytes).toBeGreaterThan(SPEEDS.lowest * 0.9);
    // What a late timer may make up for, and a piece, on top.
    expect(bytes).toBeLessThan(SPEEDS.lowest * 1.2 + 2 * PIECE);
  });

  it('sends everything in order when the file ends', async () => {
    const { buffer, written, fill } = newBuffer();
    fill(100);
    await vi.advanceTimersByTimeAsync(100);
    expect(written.length).toBeLessThan(100);
    buffer.flush();
    await vi.advanceTimersByTimeAsync(0);
    expect(written).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it('sends nothing any more once it was given up', async () => {
    const { buffer, written, fill } = newBuffer();
    fill(100);
    await vi.advanceTimersByTimeAsync(100);
    buffer.discard();
    const before = written.length;
    await vi.advanceTimersByTimeAsync(5000);
    expect(written.length).toBe(before);
  });

  it('takes more as the drive makes room, with the memory full', async () => {
    const { buffer, written } = newBuffer({ startThreshold: LEAST_PACED_BYTES });
    const source = new Uint8Array(LEAST_PACED_BYTES / 4);
    for (let i = 0; i < 8; i += 1) {
      let rest = buffer.pack(source);
      while (rest.length > 0) {
        const room = buffer.room();
        await vi.advanceTimersByTimeAsync(50);
        await room;
        rest = buffer.pack(rest);
      }
    }
    buffer.flush();
    await vi.advanceTimersByTimeAsync(0);
    expect(written).toHaveLength((2 * LEAST_PACED_BYTES) / PIECE);
  });

  it('hands over at once what is too little to bridge a pause', async () => {
    const { written, fill } = newBuffer({ bufferBytes: LEAST_PACED_BYTES / 2 });
    fill(50);
    await vi.advanceTimersByTimeAsync(0);
    expect(written).toHaveLength(50);
  });
});

describe('gathering', () => {
  it('begins again only when nothing came for so long that the tape stands', async () => {
    const { written, fill } = newBuffer({ bufferBytes: LEAST_PACED_BYTES / 2 });
    fill(3);
    await vi.advanceTimersByTimeAsync(0);
    expect(written).toHaveLength(0);
    fill(1, 3);
    await vi.advanceTimersByTimeAsync(RUN_DRY_MS / 2);
    expect(written).toHaveLength(4);
    fill(1, 4);
    await vi.advanceTimersByTimeAsync(RUN_DRY_MS + 1000);
    expect(written).toHaveLength(5);
    fill(3, 5);
    await vi.advanceTimersByTimeAsync(0);
    expect(written).toHaveLength(5);
    fill(1, 8);
    await vi.advanceTimersByTimeAsync(0);
    expect(written).toHaveLength(9);
  });
});
