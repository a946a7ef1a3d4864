import { describe, expect, it } from 'vitest';
import { BufferedDataLostError } from '../../../src/errors/index.js';
import type { WriteSession } from '../../../src/tape/session/write-session.js';
import { type Bench, data, isPending, newSessionBench } from './support.js';

const DEFERRED = { deferred: { key: 3, asc: 0x0c, ascq: 0 } } as const;

/** Two files that are durable, and three that are only buffered. */
async function writeFive(session: WriteSession) {
  for (let file = 0; file < 2; file += 1) await session.writeFile([data(file)]);
  await session.commit();
  const buffered = [];
  for (const id of ['a', 'b', 'c']) buffered.push(await session.writeFile([data(7)], { id }));
  return buffered;
}

const LOSSES: readonly [string, (bench: Bench) => void | Promise<void>][] = [
  ['a power cut', ({ virtual }) => virtual.cutPower()],
  ['a reset', ({ virtual }) => virtual.reset()],
  [
    'a deferred error',
    ({ virtual }) => {
      virtual.faults = [{ outcome: DEFERRED, times: 1 }];
    },
  ],
  [
    'a commit that fails',
    ({ virtual }) => {
      virtual.faults = [{ command: 'WRITE FILEMARKS(6)', outcome: { sense: { key: 4, asc: 0x44, ascq: 0 } } }];
    },
  ],
  [
    'another cartridge',
    async ({ virtual }) => {
      await virtual.remove();
      await virtual.insert({ barcode: 'OTHER1L8' });
    },
  ],
];

describe.each(LOSSES)('%s', (_name, lose) => {
  it('fails what is not proven to be on the medium, at the commit', async () => {
    const bench = await newSessionBench();
    const session = bench.tape.session();
    const buffered = await writeFive(session);
    await lose(bench);
    const error = await session.commit().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BufferedDataLostError);
    const ids = ['a', 'b', 'c'].map((id, file) => ({ id, fileNumber: file + 2 }));
    expect(error).toMatchObject({ lost: ids, safe: { fileNumber: 2, logicalObject: 4 } });
    for (const { durable } of buffered) await expect(durable).rejects.toBe(error);
    await expect(session.writeFile([data(9)])).rejects.toBe(error);
    await session.close();
  });

  it('fails the next file, too, which is not put behind a hole', async () => {
    const bench = await newSessionBench();
    const session = bench.tape.session();
    const buffered = await writeFive(session);
    await lose(bench);
    const next = await session.writeFile([data(9)], { id: 'd' }).then(
      ({ durable }) => durable,
      (reason: unknown) => reason,
    );
    await session.close().catch(() => undefined);
    expect(next).toBeInstanceOf(Error);
    for (const { durable } of buffered) await expect(durable).rejects.toBeInstanceOf(BufferedDataLostError);
    bench.virtual.faults = [];
  });
});

it('the next session finds the clean end behind a power cut', async () => {
  const { tape, virtual } = await newSessionBench();
  await writeFive(tape.session());
  await virtual.cutPower();
  await expect(tape.writeFilemarks(0))
    .resolves.toBeUndefined()
    .catch(() => undefined);
  const session = tape.session();
  expect(await session.writeFile([data(3)])).toMatchObject({ fileNumber: 2, firstLogicalObject: 4 });
  await session.close();
  for (const fileNumber of [0, 1, 2]) await tape.verifyFile(fileNumber);
});

it('settles every receipt, whatever command a reset comes before', async () => {
  for (let afterCount = 0; afterCount < 24; afterCount += 1) {
    const { tape, virtual } = await newSessionBench();
    virtual.faults = [{ afterCount, times: 1, outcome: { reset: true } }];
    const session = tape.session({ commit: { files: 1 } });
    const first = await session.writeFile([data(0)]).catch(() => undefined);
    await session.close().catch(() => undefined);
    if (first) expect(await isPending(first.durable)).toBe(false);
    await tape.close().catch(() => undefined);
  }
});

it('is never an unhandled rejection', async () => {
  const seen: unknown[] = [];
  const note = (reason: unknown) => seen.push(reason);
  process.on('unhandledRejection', note);
  try {
    const { tape, virtual } = await newSessionBench();
    const session = tape.session({ commit: { seconds: 0.01 } });
    await session.writeFile([data(0)]);
    await virtual.cutPower();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(session.writeFile([data(1)])).rejects.toBeInstanceOf(BufferedDataLostError);
  } finally {
    process.off('unhandledRejection', note);
  }
  expect(seen).toEqual([]);
});
