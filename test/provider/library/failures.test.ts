import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import {
  DriveBusyError,
  ElementError,
  HardwareError,
  InvalidArgumentError,
  NotReadyError,
  VerificationError,
} from '../../../src/errors/index.js';
import { DEFAULT_MOUNT_POLICY } from '../../../src/library/mount/policy.js';
import { TapeLibrary } from '../../../src/library/tape-library.js';
import { LtoProvider } from '../../../src/provider/provider.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { source } from '../support.js';
import { newLibraryBench, placeOf } from './support.js';

const [A, B, C] = ['A00001L8', 'A00002L8', 'A00003L8'] as const;

it('a drive that somebody else has open is left out; without another one the job says who has it', async () => {
  const { provider, virtual, device, events, another } = await newLibraryBench();
  const foreign = await TapeDrive.open(`${device}/drives/1`);
  await provider.initializeMedia(A);
  expect(placeOf(virtual, A)).toBe('drive 2');
  expect(events[0]).toMatchObject({ type: 'drive-refused', drive: 1, error: expect.any(DriveBusyError) });
  const only = another({ drives: [1] });
  await expect(only.initializeMedia(B)).rejects.toBeInstanceOf(DriveBusyError);
  await provider.finalizeMedia(A);
  // In a drive that this one may not use.
  const library = await TapeLibrary.open(device);
  await library.load(A, 2);
  await expect(only.prepareForWrite(A)).rejects.toThrow('is in drive 2');
  await library.close();
  await foreign.close();
  await only.initializeMedia(B);
  expect(placeOf(virtual, B)).toBe('drive 1');
});

it('a cartridge in a drive that somebody else has open is not taken away', async () => {
  const { provider, virtual, device } = await newLibraryBench();
  const library = await TapeLibrary.open(device);
  await library.load(A, 1);
  const foreign = await TapeDrive.open(`${device}/drives/1`);
  await expect(provider.initializeMedia(A)).rejects.toBeInstanceOf(DriveBusyError);
  await foreign.close();
  await provider.initializeMedia(A);
  expect(placeOf(virtual, A)).toBe('drive 1');
  await library.close();
});

it('goes on with what an interrupted process has left: in place, in the mouth of a drive, or put back', async () => {
  const { provider, virtual, device, events } = await newLibraryBench();
  const library = await TapeLibrary.open(device);
  await library.load(A, 1);
  await library.load(B, 2);
  const drive = await TapeDrive.open(`${device}/drives/2`);
  await drive.eject();
  await drive.close();
  await provider.initializeMedia(A);
  expect(events).toMatchObject([{ type: 'brought', barcode: A, moved: false }]);
  await provider.initializeMedia(B);
  expect(events.slice(1)).toMatchObject([
    { type: 'put-back', barcode: B },
    { type: 'brought', barcode: B, moved: true },
  ]);
  await provider.initializeMedia(C);
  expect(placeOf(virtual, C)).toBe('drive 1');
  await library.close();
});

it('another cartridge than the label says is put back and refused', async () => {
  const { provider, virtual, device } = await newLibraryBench();
  const library = await TapeLibrary.open(device);
  await library.load(A, 1);
  const drive = await TapeDrive.open(`${device}/drives/1`);
  await drive.setAttributes({ barcode: 'OTHER1L8' });
  await drive.close();
  await library.unload(1);
  await expect(provider.initializeMedia(A)).rejects.toBeInstanceOf(VerificationError);
  expect(placeOf(virtual, A)).toBe('slot 1001');
  await library.close();
});

it('a cartridge that is stuck in its slot, or in its drive', async () => {
  const { provider, virtual, events } = await newLibraryBench();
  virtual.faults = { stuck: [1001] };
  await expect(provider.initializeMedia(A)).rejects.toBeInstanceOf(HardwareError);
  virtual.faults = {};
  await provider.initializeMedia(A);
  await provider.initializeMedia(B);
  virtual.faults = { stuck: [1] };
  // Drive 1 is left out from here on, and its cartridge with it.
  await provider.initializeMedia(C);
  expect([placeOf(virtual, A), placeOf(virtual, B), placeOf(virtual, C)]).toEqual(['drive 1', 'slot 1002', 'drive 2']);
  expect(events).toContainEqual({ type: 'drive-refused', drive: 1, error: expect.any(HardwareError) });
  await expect(provider.prepareForWrite(A)).rejects.toBeInstanceOf(HardwareError);
  virtual.faults = {};
  await provider.close();
});

it('a robot that is offline, and comes back', async () => {
  const { provider, virtual } = await newLibraryBench();
  virtual.faults = { offline: true };
  await expect(provider.initializeMedia(A)).rejects.toBeInstanceOf(NotReadyError);
  virtual.faults = {};
  await provider.initializeMedia(A);
});

it('a drive that is told to keep its cartridge is left out', async () => {
  const { provider, virtual } = await newLibraryBench({ drives: [1] });
  await provider.initializeMedia(A);
  // The first command of a nexus meets a unit attention.
  for (let sent = 0; sent < 3; sent += 1) {
    await virtual.drives[0]?.execute(Uint8Array.of(0x1e, 0, 0, 0, 1, 0), { nexus: 'another host' });
  }
  await expect(provider.initializeMedia(B)).rejects.toMatchObject({ code: expect.stringMatching(/^LTO_/) });
  expect(placeOf(virtual, A)).toBe('drive 1');
  await virtual.drives[0]?.execute(Uint8Array.of(0x1e, 0, 0, 0, 0, 0), { nexus: 'another host' });
  await provider.initializeMedia(B);
  expect(placeOf(virtual, A)).toBe('slot 1001');
});

it('cleans a drive when the policy says so, once, and goes on without a cleaning cartridge', async () => {
  const asked: number[] = [];
  const mountPolicy = {
    ...DEFAULT_MOUNT_POLICY,
    needsCleaning: ({ number }: { number: number }) => asked.push(number) > 0,
  };
  const bench = await newLibraryBench({ drives: [1] }, { cleaning: 1 }, { mountPolicy });
  await bench.provider.initializeMedia(A);
  await bench.provider.initializeMedia(B);
  expect(bench.events.map(({ type }) => type)).toEqual(['cleaned', 'brought', 'put-back', 'brought']);
  expect(asked).toEqual([1, 1]);
  const without = await newLibraryBench({}, {}, { mountPolicy });
  await without.provider.initializeMedia(A);
  expect(without.events).toMatchObject([{ type: 'not-cleaned', drive: 1 }, { type: 'brought' }]);
  expect(without.events[0]).toMatchObject({ error: expect.any(ElementError) });
});

it('counts the uses of cleaning cartridges in one file, for all its providers', async () => {
  const cleaningLog = join(await mkdtemp(join(tmpdir(), 'cleaning-')), 'cleanings.json');
  onTestFinished(() => rm(dirname(cleaningLog), { recursive: true, force: true }));
  const mountPolicy = { ...DEFAULT_MOUNT_POLICY, needsCleaning: () => true };
  const bench = await newLibraryBench({ drives: [1], cleaningLog }, { cleaning: 1 }, { mountPolicy });
  await bench.provider.initializeMedia(A);
  await bench.provider.initializeMedia(B);
  const counted = async (): Promise<number[]> => Object.values(JSON.parse(await readFile(cleaningLog, 'utf8')).uses);
  const cleanings = bench.events.filter(({ type }) => type === 'cleaned').length;
  expect(await counted()).toEqual([cleanings]);
  const other = bench.another({ cleaningLog: `${cleaningLog}.other` });
  await expect(other.initializeMedia(C)).rejects.toBeInstanceOf(InvalidArgumentError);
  // One that names none shares the library all the same.
  await bench.another().initializeMedia(C);
  await bench.provider.close();
});

it('flags 20 and 21 make the default policy clean', () => {
  const flags = (...numbers: number[]) => numbers.map((flag) => ({ flag })) as never;
  const drive = {} as never;
  expect([20, 21, 22, 3].map((flag) => DEFAULT_MOUNT_POLICY.needsCleaning(drive, flags(flag)))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

it('a policy of its own puts back at once, and waits', async () => {
  const mountPolicy = { ...DEFAULT_MOUNT_POLICY, putBackAtOnce: () => true };
  const { provider, virtual } = await newLibraryBench({}, {}, { mountPolicy });
  await provider.initializeMedia(A);
  await provider.writeArchive(A, source(5));
  await expect.poll(() => placeOf(virtual, A)).toBe('slot 1001');
  const wrong = await newLibraryBench({}, {}, { mountPolicy: { ...mountPolicy, choose: () => ({}) as never } });
  await expect(wrong.provider.initializeMedia(A)).rejects.toBeInstanceOf(InvalidArgumentError);
});

it('refuses configurations and policies that cannot be right', async () => {
  for (const settings of [
    { devicePath: 'virtual:x', library: 'virtual:y' },
    { devicePath: 'virtual:x', pool: [A] },
    { devicePath: 'virtual:x', drives: [1] },
    { devicePath: 'virtual:x', cleaningLog: 'log' },
    { library: 'virtual:y', cleaningLog: '' },
    { library: 'virtual:y', cleaningLog: 7 },
    { library: 'virtual:y', drives: [] },
    { library: 'virtual:y', drives: [0] },
    { library: 'virtual:y', pool: [7] },
  ]) {
    expect(() => new LtoProvider(settings), JSON.stringify(settings)).toThrow(InvalidArgumentError);
  }
  for (const mountPolicy of [null, 7, {}, { ...DEFAULT_MOUNT_POLICY, choose: 7 }]) {
    expect(() => new LtoProvider({ library: 'virtual:y' }, { mountPolicy: mountPolicy as never })).toThrow(
      InvalidArgumentError,
    );
  }
  expect(() => new LtoProvider({ library: 'virtual:y' }, { onMountEvent: 7 as never })).toThrow(InvalidArgumentError);
  const { another } = await newLibraryBench();
  await expect(another({ drives: [3] }).initializeMedia(A)).rejects.toBeInstanceOf(ElementError);
});

it('what waits is refused when the provider is closed', async () => {
  const { provider } = await newLibraryBench({}, { drives: 1 });
  await provider.initializeMedia(A);
  const session = await provider.writeSession(A);
  const waiting = provider.initializeMedia(B);
  const refused = expect(waiting).rejects.toMatchObject({ code: 'LTO_DRIVE_CLOSED' });
  await new Promise((resolve) => setImmediate(resolve));
  await provider.close();
  await refused;
  await session.close().catch(() => undefined);
});
