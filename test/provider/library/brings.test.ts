import { expect, it } from 'vitest';
import { ElementError, InvalidArgumentError, LabelError } from '../../../src/errors/index.js';
import { DEFAULT_MOUNT_POLICY } from '../../../src/library/mount/policy.js';
import { LtoProvider } from '../../../src/provider/provider.js';
import { collect, testData } from '../../conformance/conformance.js';
import { MIB, source } from '../support.js';
import { newLibraryBench, placeOf } from './support.js';

const [A, B, C, D] = ['A00001L8', 'A00002L8', 'A00003L8', 'A00004L8'] as const;

it('brings a cartridge for each call, and puts all back at the end', async () => {
  const { provider, virtual, events } = await newLibraryBench();
  expect(await provider.getLiveInfo()).toMatchObject({ online: false, state: 'no-medium' });
  await provider.initializeMedia(A);
  expect(placeOf(virtual, A)).toBe('drive 1');
  await provider.initializeMedia(B);
  expect(placeOf(virtual, B)).toBe('drive 2');
  const receipt = await provider.writeArchive(A, source(3 * MIB));
  expect(receipt).toMatchObject({ cartridge: A, location: 1 });
  await provider.prepareForWrite(B);
  expect(await provider.writeArchive(B, source(MIB))).toMatchObject({ cartridge: B, location: 1 });
  expect(await provider.verifyArchive(A, 1, { expectedChecksum: receipt.checksum })).toMatchObject({ bytes: 3 * MIB });
  expect(await provider.verifyArchive(A, 1, { inDrive: true })).toMatchObject({ fileNumber: 1 });
  expect((await collect(await provider.readArchive(B, 1))).equals(testData(MIB))).toBe(true);
  expect(await provider.getLiveInfo()).toMatchObject({ online: true });
  expect((await provider.getUtilization()).fraction).toBeGreaterThan(0);
  expect(events.map(({ type }) => type)).toEqual(['brought', 'brought']);
  await provider.close();
  expect([placeOf(virtual, A), placeOf(virtual, B)]).toEqual(['slot 1001', 'slot 1002']);
});

it('takes the drive that was idle for longest, and prepares by itself what was put back meanwhile', async () => {
  const { provider, virtual } = await newLibraryBench();
  for (const id of [A, B]) await provider.initializeMedia(id);
  await provider.writeArchive(A, source(5));
  await provider.initializeMedia(C);
  expect([placeOf(virtual, A), placeOf(virtual, B), placeOf(virtual, C)]).toEqual(['drive 1', 'slot 1002', 'drive 2']);
  await provider.initializeMedia(D);
  expect(placeOf(virtual, A)).toBe('slot 1001');
  expect((await provider.writeArchive(A, source(6))).location).toBe(2);
});

it('jobs for more cartridges than there are drives wait, jobs for one cartridge share its drive', async () => {
  const { provider, events, another } = await newLibraryBench();
  const all = [A, B, C, D];
  for (const id of all) await provider.initializeMedia(id);
  const other = another();
  events.length = 0;
  const jobs = [...all, ...all].map((id, index) =>
    (index % 2 === 0 ? provider : other).writeArchive(id, source(MIB, index)),
  );
  const receipts = await Promise.all(jobs);
  expect(receipts.map(({ cartridge, location }) => `${cartridge} ${location}`).toSorted()).toEqual(
    all.flatMap((id) => [`${id} 1`, `${id} 2`]),
  );
  // Each cartridge was brought once at most: both its jobs were done then.
  const brought = events.flatMap((event) => (event.type === 'brought' ? [event.barcode] : []));
  expect(brought.length).toBeLessThanOrEqual(all.length);
  await Promise.all(
    receipts.map(({ cartridge, location, checksum }) =>
      provider.verifyArchive(cartridge, location, { expectedChecksum: checksum }),
    ),
  );
});

it('a reader and a session keep their drives; who waits for one may give up', async () => {
  const { provider, virtual } = await newLibraryBench({}, { drives: 1 });
  await provider.initializeMedia(A);
  await provider.writeArchive(A, source(3 * MIB));
  const stream = await provider.readArchive(A, 1);
  const waiting = new AbortController();
  const given = provider.writeArchive(B, source(5), { signal: waiting.signal });
  const patient = provider.initializeMedia(C);
  waiting.abort(new Error('enough'));
  await expect(given).rejects.toThrow('enough');
  expect(placeOf(virtual, A)).toBe('drive 1');
  expect((await collect(stream)).length).toBe(3 * MIB);
  await patient;
  expect(placeOf(virtual, C)).toBe('drive 1');
  const session = await provider.writeSession(A);
  const blocked = provider.initializeMedia(B);
  const first = await session.writeArchive(source(MIB));
  await session.close();
  expect(await first.durable).toMatchObject({ cartridge: A, location: 2 });
  await blocked;
});

it('finalizing puts the cartridge back, once its other jobs are done', async () => {
  const { provider, virtual } = await newLibraryBench();
  await provider.initializeMedia(A);
  const written = provider.writeArchive(A, source(MIB));
  const report = provider.finalizeMedia(A);
  expect((await written).location).toBe(1);
  expect((await report).memory?.written.length).toBeGreaterThan(0);
  expect(placeOf(virtual, A)).toBe('slot 1001');
});

it('refuses what is not there, and labels nothing by another name', async () => {
  const { provider, virtual } = await newLibraryBench();
  await expect(provider.prepareForWrite('Z00001L8')).rejects.toBeInstanceOf(ElementError);
  await expect(provider.prepareForWrite(A)).rejects.toBeInstanceOf(LabelError);
  await expect(provider.readArchive('', 1)).rejects.toMatchObject({ code: expect.stringMatching(/^LTO_/) });
  await provider.close();
  expect(placeOf(virtual, A)).toBe('slot 1001');
});

it('no stream of jobs for one cartridge keeps a drive from another for longer than the policy says', async () => {
  const mostOvertaking = 3;
  const mountPolicy = { ...DEFAULT_MOUNT_POLICY, mostOvertaking };
  const { provider, events } = await newLibraryBench({}, { drives: 1 }, { mountPolicy });
  for (const id of [B, A]) await provider.initializeMedia(id);
  events.length = 0;
  let began = 0;
  let isOver = false;
  // Two at a time, so that the drive is never idle.
  const stream = async () => {
    while (!isOver && began < 100) {
      began += 1;
      await provider.prepareForWrite(A);
    }
  };
  const streams = [stream(), stream()];
  const other = provider.prepareForWrite(B).then(() => began);
  // Questions are answered meanwhile.
  expect(await provider.getLiveInfo()).toMatchObject({ online: true });
  // Besides those that overtake: the two that were there, and the two that wait in turn.
  expect(await other).toBeLessThanOrEqual(mostOvertaking + 4);
  isOver = true;
  await Promise.all(streams);
  const brought = events.flatMap((event) => (event.type === 'brought' ? [event.barcode] : []));
  expect(brought).toEqual([B, A]);
});

it('questions may name a cartridge, which is brought; a single drive has none to bring', async () => {
  const { provider, virtual } = await newLibraryBench();
  for (const id of [A, B]) await provider.initializeMedia(id);
  await provider.writeArchive(A, source(MIB));
  expect(await provider.getMamInfo({ cartridge: C })).toMatchObject({ values: { barcode: C } });
  expect(placeOf(virtual, C)).toMatch(/^drive/);
  expect(await provider.getLiveInfo({ cartridge: D })).toMatchObject({ online: true });
  expect(placeOf(virtual, D)).toMatch(/^drive/);
  expect(await provider.identifyMedia({ cartridge: A, allowIntrusive: true })).toMatchObject({ label: A });
  expect(await provider.checkExistingData({ cartridge: A })).toMatchObject({ hasData: true });
  expect(await provider.checkExistingData({ cartridge: B })).toMatchObject({ hasData: false });
  expect((await provider.getUtilization({ cartridge: A })).fraction).toBeGreaterThan(0);
  expect(await provider.isWriteProtected({ cartridge: B })).toMatchObject({ writeProtected: false });
  expect(await provider.getDriveInfo({ cartridge: B })).toMatchObject({ serial: expect.any(String) });
  await expect(provider.getMamInfo({ cartridge: 'Z00001L8' })).rejects.toBeInstanceOf(ElementError);
  await expect(provider.getMamInfo({ cartridge: '' })).rejects.toBeInstanceOf(InvalidArgumentError);
  await expect(provider.getMamInfo({ cartridge: 7 as never })).rejects.toBeInstanceOf(InvalidArgumentError);
  await expect(provider.getLiveInfo({ cartridge: 'Z00001L8' })).rejects.toBeInstanceOf(ElementError);
  const single = new LtoProvider({ devicePath: 'virtual:none' });
  await expect(single.getMamInfo({ cartridge: A })).rejects.toBeInstanceOf(InvalidArgumentError);
  await expect(single.identifyMedia({ cartridge: A })).rejects.toBeInstanceOf(InvalidArgumentError);
  await expect(single.getLiveInfo({ cartridge: A })).rejects.toBeInstanceOf(InvalidArgumentError);
});
