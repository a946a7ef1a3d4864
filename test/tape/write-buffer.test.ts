import { describe, expect, it } from 'vitest';
import { WriteBuffer } from '../../src/tape/stream/write/write-buffer.js';

const MIB = 1024 * 1024;
const RECORD = MIB / 4;

/** A buffer over a drive that ends its calls when it is told to; `calls` are the sizes of their pieces in MiB. */
function newBuffer() {
  const calls: number[][] = [];
  const exclusive: boolean[] = [];
  const underWay: (() => void)[] = [];
  const released: number[] = [];
  const buffer = new WriteBuffer({
    recordSize: RECORD,
    bufferBytes: 64 * MIB,
    startThreshold: 0,
    speeds: undefined,
    slabs: { take: (byteLength) => new Uint8Array(byteLength), give: () => undefined },
    write: (pieces, options) => {
      calls.push(pieces.map(({ length }) => length / MIB));
      exclusive.push(options.exclusive);
      return new Promise((resolve) => underWay.push(resolve));
    },
    onFailure: (error) => {
      throw error;
    },
  });
  const pass = (count: number, bytes = MIB) => {
    for (let i = 0; i < count; i += 1) buffer.pass(new Uint8Array(bytes), () => released.push(i));
  };
  /** Ends the oldest call. */
  const end = async () => {
    underWay.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { buffer, calls, exclusive, released, pass, end };
}

describe('pieces smaller than a call', () => {
  it('go to the drive at once while it has little to do', () => {
    const { calls, pass } = newBuffer();
    pass(8);
    expect(calls).toEqual(Array.from({ length: 8 }, () => [1]));
  });

  it('go together while the drive is busy', () => {
    const { calls, pass } = newBuffer();
    pass(11);
    expect(calls).toHaveLength(8);
    pass(1);
    expect(calls.slice(8)).toEqual([[1, 1, 1, 1]]);
  });

  it('do not wait for more once the drive runs out of work', async () => {
    const { calls, released, pass, end } = newBuffer();
    pass(10);
    expect(calls).toHaveLength(8);
    await end();
    expect(calls.slice(8)).toEqual([[1, 1]]);
    expect(released).toHaveLength(1);
    for (let i = 0; i < 8; i += 1) await end();
    expect(released).toHaveLength(10);
  });

  it('are not kept back at the end of the file, nor when somebody waits for them', () => {
    for (const send of ['flush', 'flushGathered'] as const) {
      const { buffer, calls, pass } = newBuffer();
      pass(10);
      buffer[send]();
      expect(calls.slice(8)).toEqual([[1, 1]]);
    }
  });

  it('go together only as far as a call holds them', () => {
    const { buffer, calls, pass } = newBuffer();
    pass(8);
    pass(3, 3 * MIB);
    buffer.flush();
    expect(calls.slice(8)).toEqual([[3], [3], [3]]);
  });
});

it("only memory of its own is said to be nobody else's", () => {
  const { buffer, exclusive, pass } = newBuffer();
  buffer.pack(new Uint8Array(RECORD));
  buffer.flush();
  pass(1);
  expect(exclusive).toEqual([true, false]);
});
