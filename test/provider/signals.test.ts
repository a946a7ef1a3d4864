import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { WriteError } from '../../src/errors/index.js';
import type { ArchiveSession } from '../../src/provider/archive/archive-session.js';
import { LtoProvider } from '../../src/provider/provider.js';
import { type Bench, ID, MIB, newLabelledBench, source } from './support.js';

/** A call, which ends with what it resolves with. */
type Call = (bench: Bench, signal: AbortSignal) => Promise<unknown>;

async function read(provider: LtoProvider, signal: AbortSignal): Promise<void> {
  for await (const _ of await provider.readArchive(ID, 1, { signal }));
}

/** Every method of the provider that takes a signal; `watch`, which ends without an error, has a test of its own. */
const CALLS: Readonly<Record<string, Call>> = {
  checkExistingData: ({ provider }, signal) => provider.checkExistingData({ signal }),
  checkOnline: ({ provider }, signal) => provider.checkOnline({ force: true, signal }),
  clear: ({ provider }, signal) => provider.clear(ID, { signal }),
  eject: ({ provider }, signal) => provider.eject({ signal }),
  erase: ({ provider }, signal) => provider.erase(ID, { signal }),
  finalizeMedia: ({ provider }, signal) => provider.finalizeMedia(ID, { signal }),
  getDriveInfo: ({ provider }, signal) => provider.getDriveInfo({ signal }),
  getLiveInfo: ({ provider }, signal) => provider.getLiveInfo({ force: true, signal }),
  getMamInfo: ({ provider }, signal) => provider.getMamInfo({ force: true, signal }),
  getUtilization: ({ provider }, signal) => provider.getUtilization({ signal }),
  health: ({ provider }, signal) => provider.health({ signal }),
  identifyMedia: ({ provider }, signal) => provider.identifyMedia({ allowIntrusive: true, signal }),
  initializeMedia: ({ provider }, signal) => provider.initializeMedia(ID, { overwrite: ID, signal }),
  isWriteProtected: ({ provider }, signal) => provider.isWriteProtected({ signal }),
  position: ({ provider }, signal) => provider.position({ signal }),
  prepareForWrite: ({ provider }, signal) => provider.prepareForWrite(ID, { signal }),
  readArchive: ({ provider }, signal) => read(provider, signal),
  readArchives: ({ provider }, signal) => {
    return provider.readArchives([{ cartridge: ID, location: 1 }], async (stream) => void (await buffer(stream)), {
      signal,
    });
  },
  proveCartridge: ({ provider }, signal) => provider.proveCartridge(ID, { signal }),
  planReads: ({ provider }, signal) => provider.planReads(ID, [{ fileNumber: 1 }], { signal }),
  scan: ({ provider }, signal) => provider.scan(ID, { signal }),
  rewind: ({ provider }, signal) => provider.rewind({ signal }),
  verifyArchive: ({ provider }, signal) => provider.verifyArchive(ID, 1, { signal }),
  'verifyArchive in the drive': ({ provider }, signal) => provider.verifyArchive(ID, 1, { inDrive: true, signal }),
  waitReady: ({ provider }, signal) => provider.waitReady({ signal }),
  writeArchive: ({ provider }, signal) => provider.writeArchive(ID, source(3 * MIB), { signal }),
  writeSession: ({ provider }, signal) => provider.writeSession(ID, { signal }),
};

/** Methods without a signal: what they do must not be given up, or takes no time. */
const NONE = ['cachedLiveInfo', 'close', 'constructor'];
/** Answered without a command, or from what was read before: there is no middle. */
const AT_ONCE = [
  'getDriveInfo',
  'isWriteProtected',
  'planReads',
  'position',
  'proveCartridge',
  'rewind',
  'waitReady',
  'writeSession',
];

/** A cartridge with one archive, prepared for the next. */
async function newWrittenBench(): Promise<Bench> {
  const bench = await newLabelledBench();
  await bench.provider.prepareForWrite(ID);
  await bench.provider.writeArchive(ID, source(2 * MIB));
  return bench;
}

/** What is on the tape is whole, and the drive does what it is asked for. */
async function expectUsable({ provider }: Bench, name: string): Promise<void> {
  expect(await provider.verifyArchive(ID, 1), name).toMatchObject({ bytes: 2 * MIB });
  const { nextFile } = await provider.prepareForWrite(ID, { closeUnterminated: true });
  const { location } = await provider.writeArchive(ID, source(1000));
  expect(location, name).toBe(nextFile);
  expect(await provider.verifyArchive(ID, location), name).toMatchObject({ bytes: 1000 });
}

/** The reason of the signal: as it is, or behind the error that says what is on the tape. */
function reasonOf(error: unknown): unknown {
  return error instanceof WriteError ? error.cause : error;
}

it('every method with a signal has a case here', async () => {
  const classes = [LtoProvider, Object.getPrototypeOf(LtoProvider)];
  const names = classes.flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype));
  const known = [...Object.keys(CALLS).map((name) => name.split(' ')[0]), 'watch', ...NONE];
  expect([...new Set(names)].toSorted()).toEqual([...new Set(known)].toSorted());
});

it('a call whose signal is aborted rejects with the reason and does nothing', async () => {
  const bench = await newWrittenBench();
  const before = await bench.tape.spaceToEndOfData();
  for (const [name, call] of Object.entries(CALLS)) {
    const reason = new Error(name);
    await expect(call(bench, AbortSignal.abort(reason)), name).rejects.toBe(reason);
  }
  for await (const _ of bench.provider.watch({ signal: AbortSignal.abort() })) throw new Error('it does not end');
  expect(await bench.tape.spaceToEndOfData()).toEqual(before);
  await expectUsable(bench, 'all');
});

it.each(Object.keys(CALLS).filter((name) => !AT_ONCE.includes(name)))('%s can be ended in the middle', async (name) => {
  const bench = await newWrittenBench();
  const controller = new AbortController();
  const reason = new Error('enough');
  let seen = 0;
  const { execute } = bench.virtual;
  // The drive is slow, and the call is aborted while it carries out its third command, or its last.
  bench.virtual.execute = async (...parameters) => {
    seen += 1;
    if (seen === 3 || name === 'checkOnline') controller.abort(reason);
    await delay(20);
    return execute.apply(bench.virtual, parameters);
  };
  const failure = await CALLS[name]?.(bench, controller.signal).then(
    () => 'it was not ended',
    (error: unknown) => error,
  );
  bench.virtual.execute = execute;
  expect(seen).toBeGreaterThan(0);
  expect(reasonOf(failure)).toBe(reason);
  await expectUsable(bench, name);
});

it('a watch ends between two looks', async () => {
  const { provider } = await newLabelledBench();
  const controller = new AbortController();
  const types: string[] = [];
  for await (const { type } of provider.watch({ signal: controller.signal, intervalMs: 60_000 })) {
    types.push(type);
    controller.abort();
  }
  expect(types).toEqual(['inserted']);
});

it('archives and commits of a session end with their signals, and what was written before them is durable', async () => {
  const bench = await newWrittenBench();
  const { provider } = bench;
  const session: ArchiveSession = await provider.writeSession(ID);
  const first = await session.writeArchive(source(1000));
  const reason = new Error('enough');
  const signal = AbortSignal.abort(reason);
  await expect(session.writeArchive(source(1000), { signal })).rejects.toBe(reason);
  await expect(session.commit({ signal })).rejects.toBe(reason);
  const controller = new AbortController();
  const busy = session.writeArchive(source(4 * MIB));
  const waiting = session.commit({ signal: controller.signal });
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await busy;
  await session.commit();
  expect(await first.durable).toMatchObject({ bytes: 1000 });
  await session.close();
  await expectUsable(bench, 'session');
});
