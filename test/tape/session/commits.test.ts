import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { BufferedReceipt } from '../../../src/tape/session/buffered-files.js';
import type { WriteSession } from '../../../src/tape/session/write-session.js';
import { data, isPending, KIB, MIB, newSessionBench, operationsOf, slowly } from './support.js';

// When a session flushes the drive, which stops the tape, and when it only looks at what the drive has recorded.

const FLUSH = 'MTWEOF 0';
/** A small drive that records at 40 MB/s, and whose stops take a second. */
const STREAMING = {
  bufferBytes: 8 * MIB,
  speed: { bufferBytes: 8 * MIB, speeds: [40e6], backHitchSeconds: 1, restartLevel: 0.5, matchingSeconds: 10 },
};

async function writeFiles(session: WriteSession, count: number, bytes = 10 * KIB): Promise<BufferedReceipt[]> {
  const receipts: BufferedReceipt[] = [];
  for (let file = 0; file < count; file += 1) receipts.push(await session.writeFile([data(file, bytes)]));
  return receipts;
}

describe('a drive that streams', () => {
  it('is not stopped where a limit is reached: what it has recorded is settled', async () => {
    const { tape } = await newSessionBench(STREAMING);
    const session = tape.session({ commit: { files: 5 } });
    const receipts: BufferedReceipt[] = [];
    const operations = await operationsOf(async () => {
      receipts.push(...(await writeFiles(session, 120, MIB)));
    });
    expect(operations).not.toContain(FLUSH);
    // Of 120 MiB at most 8 are in the buffer; a look is once a second.
    await receipts[20]?.durable;
    expect(await operationsOf(() => session.close())).toContain(FLUSH);
    await Promise.all(receipts.map(({ durable }) => durable));
  }, 180_000);

  it('gets one query for each file, and one a second', async () => {
    const { tape, virtual } = await newSessionBench(STREAMING);
    const session = tape.session({ commit: { files: 5 } });
    await session.writeFile([data(0)]);
    const codes: number[] = [];
    const execute = virtual.execute.bind(virtual);
    virtual.execute = (cdb, phase) => {
      codes.push(cdb[0] ?? -1);
      return execute(cdb, phase);
    };
    const files = 60;
    const began = performance.now();
    await writeFiles(session, files, MIB);
    const seconds = (performance.now() - began) / 1000;
    const isWrite = (code: number) => code === 0x0a || code === 0x10;
    expect(codes.filter(isWrite)).toHaveLength(5 * files);
    const queries = codes.filter((code) => !isWrite(code));
    expect(new Set(queries)).toEqual(new Set([0x34]));
    expect(queries.length).toBeGreaterThanOrEqual(files);
    expect(queries.length).toBeLessThanOrEqual(files + Math.ceil(seconds));
    await session.close();
  }, 180_000);
});

describe('a drive that does not record what it has', () => {
  it('is flushed when no further file comes behind a limit, and not before', async () => {
    const { tape } = await newSessionBench();
    const session = tape.session({ commit: { files: 4 } });
    const [first] = await writeFiles(session, 3);
    await pause(400);
    expect(await isPending(first?.durable ?? Promise.reject())).toBe(true);
    const operations = await operationsOf(async () => {
      await writeFiles(session, 1);
      await first?.durable;
    });
    expect(operations.filter((operation) => operation === FLUSH)).toHaveLength(1);
    await session.close();
  });

  it('is flushed while files come when a limit was reached ten seconds ago, or one file waits for too long', async () => {
    for (const [commit, seconds] of [
      [{ files: 2 }, 10],
      [{ seconds: 5 }, 5],
    ] as const) {
      const { tape } = await newSessionBench();
      const session = tape.session({ commit });
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
      try {
        const [first] = await writeFiles(session, 2);
        let flushed = false;
        void first?.durable.then(() => {
          flushed = true;
        });
        const passed: number[] = [];
        for (let tenths = 0; !flushed && tenths < 200; tenths += 1) {
          await vi.advanceTimersByTimeAsync(100);
          await writeFiles(session, 1);
          passed.push(tenths / 10);
        }
        expect(passed.length / 10).toBeGreaterThan(seconds - 0.3);
        expect(passed.length / 10).toBeLessThan(seconds + 0.3);
      } finally {
        vi.useRealTimers();
      }
      await session.close();
    }
  });

  it('is flushed at each limit at once when it does not tell what it has recorded', async () => {
    const { tape, virtual } = await newSessionBench();
    const execute = virtual.execute.bind(virtual);
    // The last object of READ POSITION, short form, never moves.
    virtual.execute = async (cdb, phase) => {
      const reply = await execute(cdb, phase);
      if (cdb[0] === 0x34 && cdb[1] === 0 && reply.dataIn.length >= 20) reply.dataIn.fill(0, 8, 12);
      return reply;
    };
    const session = tape.session({ commit: { files: 3 } });
    await writeFiles(session, 1);
    await session.commit();
    const operations = await operationsOf(() => writeFiles(session, 12));
    expect(operations.filter((operation) => operation === FLUSH)).toHaveLength(4);
    await session.close();
  });
});

it('a source that is slow between two files keeps nothing from being proven', async () => {
  const { tape } = await newSessionBench();
  const session = tape.session({ commit: { files: 1 } });
  const first = await session.writeFile([data(0)]);
  const second = await session.writeFile(slowly(600));
  await Promise.all([first.durable, second.durable]);
  await session.close();
});
