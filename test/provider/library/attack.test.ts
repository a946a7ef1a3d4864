import { expect, it, onTestFinished } from 'vitest';
import { ElementError, InvalidArgumentError } from '../../../src/errors/index.js';
import { DEFAULT_MOUNT_POLICY } from '../../../src/library/mount/policy.js';
import { TapeLibrary } from '../../../src/library/tape-library.js';
import { moveMedium } from '../../../src/scsi/changer/index.js';
import type { VirtualLibrary } from '../../../src/virtual/index.js';
import { collect, testData } from '../../conformance/conformance.js';
import { MIB, source } from '../support.js';
import { newLibraryBench, placeOf } from './support.js';

// What operators, other programs and callbacks do to a provider in a library. Each ends with a typed error, and what was done
// before is there.

const [A, B, C, D] = ['A00001L8', 'A00002L8', 'A00003L8', 'A00004L8'] as const;

/** Another initiator moves a cartridge; how that ended. */
async function rivalMoves(virtual: VirtualLibrary, from: number, to: number): Promise<number> {
  let status = 0;
  // The first commands meet unit attentions.
  for (let sent = 0; sent < 3; sent += 1) {
    ({ status } = await virtual.execute(moveMedium({ source: from, destination: to }).cdb, { nexus: 'rival' }));
    if (status === 0) break;
  }
  return status;
}

it('ids that are none are refused, and move nothing', async () => {
  const { provider, virtual } = await newLibraryBench();
  const before = JSON.stringify(virtual.elements);
  for (const id of [null, undefined, Number.NaN, 7, {}, [], '', Symbol('x'), () => A]) {
    const none = id as string;
    const calls: (() => Promise<unknown>)[] = [
      () => provider.prepareForWrite(none),
      () => provider.initializeMedia(none),
      () => provider.writeArchive(none, source(5)),
      () => provider.writeSession(none),
      () => provider.readArchive(none, 1),
      () => provider.verifyArchive(none, 1),
      () => provider.verifyArchive(none, 1, { inDrive: true }),
      () => provider.finalizeMedia(none),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: expect.stringMatching(/^LTO_/) });
  }
  expect(JSON.stringify(virtual.elements)).toBe(before);
});

it('a job that is aborted while its cartridge is on the way leaves it where the next job finds it', async () => {
  const { provider, virtual } = await newLibraryBench({}, { drives: 1, speed: { handling: 0.05 } });
  const end = new AbortController();
  const aborted = provider.initializeMedia(A, { signal: end.signal });
  // Often enough: what is left of the job takes a few milliseconds.
  await expect.poll(() => placeOf(virtual, A), { interval: 1 }).not.toBe('slot 1001');
  end.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
  await provider.initializeMedia(B);
  await provider.initializeMedia(A);
  await provider.close();
  expect([placeOf(virtual, A), placeOf(virtual, B)]).toEqual(['slot 1001', 'slot 1002']);
});

it('many jobs for one cartridge, of two providers, are done one after the other', async () => {
  const { provider, another } = await newLibraryBench();
  await provider.initializeMedia(A);
  const other = another();
  const jobs = Array.from({ length: 8 }, (_, job) =>
    (job % 2 === 0 ? provider : other).writeArchive(A, source(MIB, job)),
  );
  const receipts = await Promise.all(jobs);
  expect(receipts.map(({ location }) => location).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  for (const [job, { location }] of receipts.entries()) {
    expect((await collect(await other.readArchive(A, location))).equals(testData(MIB, job))).toBe(true);
  }
});

it('a full library: the drive can be used again as soon as there is an empty slot', async () => {
  const { provider, virtual } = await newLibraryBench({}, { drives: 1, slots: 4, mailSlots: 1 });
  await provider.initializeMedia(A);
  // Somebody fills the slot that A came from.
  await virtual.import({ barcode: 'X00001L8', capacityBytes: 1e6 });
  expect(await rivalMoves(virtual, 101, 1001)).toBe(0);
  await expect(provider.initializeMedia(B)).rejects.toMatchObject({ problem: 'destination-full' });
  expect(placeOf(virtual, A)).toBe('drive 1');
  // The cartridge in the drive can still be used.
  await provider.writeArchive(A, source(MIB));
  expect(await rivalMoves(virtual, 1001, 101)).toBe(0);
  await provider.initializeMedia(B);
  expect([placeOf(virtual, A), placeOf(virtual, B)]).toEqual(['slot 1001', 'drive 1']);
  expect(await provider.verifyArchive(A, 1)).toMatchObject({ bytes: MIB });
});

it('a cartridge in the hand: after an audit everything goes on', async () => {
  const { provider, virtual, device } = await newLibraryBench({}, { drives: 1 });
  await provider.initializeMedia(A);
  virtual.faults = { blocked: [1001, 1002, 1003, 1004, 1005, 1006] };
  await expect(provider.initializeMedia(B)).rejects.toMatchObject({ code: 'LTO_HARDWARE_ERROR' });
  expect(placeOf(virtual, A)).toBe('hand 0');
  virtual.faults = {};
  await expect(provider.initializeMedia(B)).rejects.toMatchObject({ problem: 'hand-full' });
  const library = await TapeLibrary.open(device);
  onTestFinished(() => library.close());
  await library.audit();
  await provider.initializeMedia(B);
  await provider.prepareForWrite(A);
});

it('another initiator moves the cartridge: between jobs it is brought again, in a job the job says so', async () => {
  const { provider, virtual } = await newLibraryBench({}, { drives: 2, unloadsDrives: true });
  for (const id of [A, B]) await provider.initializeMedia(id);
  await provider.writeArchive(A, source(MIB));
  expect(await rivalMoves(virtual, 1, 1005)).toBe(0);
  expect((await provider.writeArchive(A, source(MIB, 1))).location).toBe(2);
  // Another cartridge in its place.
  expect(await rivalMoves(virtual, 1, 1001)).toBe(0);
  expect(await rivalMoves(virtual, 1003, 1)).toBe(0);
  expect((await provider.writeArchive(A, source(MIB, 2))).location).toBe(3);
  const drive = Number(placeOf(virtual, A)?.split(' ')[1]);
  async function* slow() {
    yield testData(MIB);
    await rivalMoves(virtual, drive, 1006);
    for (let chunk = 0; chunk < 20; chunk += 1) yield testData(MIB);
  }
  await expect(provider.writeArchive(A, slow())).rejects.toMatchObject({ code: expect.stringMatching(/^LTO_/) });
  for (const location of [1, 2, 3]) expect(await provider.verifyArchive(A, location)).toMatchObject({ bytes: MIB });
  await provider.prepareForWrite(A, { closeUnterminated: true });
});

it('a drive that fails in the middle of a job spoils that job alone', async () => {
  const { provider, virtual } = await newLibraryBench({}, { drives: 1 });
  await provider.initializeMedia(A);
  await provider.writeArchive(A, source(MIB));
  const [drive] = virtual.drives;
  if (drive) drive.faults = [{ command: 'WRITE(6)', afterCount: 3, outcome: { sense: { key: 4, asc: 0x44 } } }];
  await expect(provider.writeArchive(A, source(4 * MIB))).rejects.toMatchObject({
    code: expect.stringMatching(/^LTO_/),
  });
  if (drive) drive.faults = [];
  expect(await provider.verifyArchive(A, 1)).toMatchObject({ bytes: MIB });
  const { nextFile } = await provider.prepareForWrite(A, { closeUnterminated: true });
  expect((await provider.writeArchive(A, source(5))).location).toBe(nextFile);
});

it('a policy or a listener that throws spoils no work, and keeps nobody waiting', async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on('warning', warned);
  onTestFinished(() => void process.off('warning', warned));
  const failing = (what: string) => () => {
    throw new Error(what);
  };
  const mountPolicy = { ...DEFAULT_MOUNT_POLICY, putBackAtOnce: failing('no answer') };
  const types: string[] = [];
  const { provider, virtual, another } = await newLibraryBench(
    {},
    { drives: 1 },
    {
      mountPolicy,
      onMountEvent: failing('no listener'),
    },
  );
  const other = another({}, { mountPolicy, onMountEvent: ({ type }) => types.push(type) });
  await provider.initializeMedia(A);
  await other.initializeMedia(B);
  const [first, second] = await Promise.all([provider.writeArchive(A, source(5)), other.writeArchive(B, source(6))]);
  expect([first.location, second.location]).toEqual([1, 1]);
  expect(types).toContain('policy-failed');
  await expect.poll(() => warnings.map(({ message }) => message)).toContain('no listener');
  for (const name of ['choose', 'needsCleaning'] as const) {
    const broken = another({}, { mountPolicy: { ...DEFAULT_MOUNT_POLICY, [name]: failing(name) } });
    await expect(broken.initializeMedia(C)).rejects.toThrow(name);
  }
  await other.initializeMedia(C);
  expect(placeOf(virtual, C)).toBe('drive 1');
  for (const mostOvertaking of [-1, Number.NaN, 'x', 1.5]) {
    const bad = { ...DEFAULT_MOUNT_POLICY, mostOvertaking } as never;
    expect(() => another({}, { mountPolicy: bad })).toThrow(InvalidArgumentError);
  }
});

it('a cartridge of the pool that was out of reach is tried again by the next archive', async () => {
  const bench = await newLibraryBench({ pool: [D] }, { drive: { earlyWarningBytes: 8 * MIB }, slots: 4, magazines: 2 });
  const { provider, virtual } = bench;
  await provider.initializeMedia(A);
  // With D in it.
  await virtual.removeMagazine(2);
  const failed = provider.writeArchive(A, source(60 * MIB));
  await expect(failed).rejects.toBeInstanceOf(ElementError);
  await expect(failed).rejects.toThrow(D);
  await virtual.insertMagazine(2);
  await provider.initializeMedia(B);
  const { parts } = await provider.writeArchive(B, source(60 * MIB));
  expect(parts.map(({ cartridge }) => cartridge)).toEqual([B, D]);
});

it('a second process is refused, and the first goes on', async () => {
  const { provider, device } = await newLibraryBench();
  await provider.initializeMedia(A);
  const { VirtualLibrary } = await import('../../../src/virtual/index.js');
  // As another process does: the folder is locked.
  await expect(VirtualLibrary.open(device.replace('virtual:', ''))).rejects.toMatchObject({ code: 'LTO_DRIVE_BUSY' });
  expect((await provider.writeArchive(A, source(5))).location).toBe(1);
});
