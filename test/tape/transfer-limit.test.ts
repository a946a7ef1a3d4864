import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { type LtoError, RecordTooLargeError } from '../../src/errors/index.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import type { ReadOutcome, Transport, WriteOutcome } from '../../src/transport/transport.js';
import type { Trait, VirtualDriveOptions } from '../../src/virtual/index.js';
import { collect, testData } from '../conformance/conformance.js';
import { newDriveFolder } from '../virtual/support.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** A call that moved records, or was to. */
interface Transfer {
  readonly bytes: number;
  readonly code: string | undefined;
}

/** A drive whose host adapter is said to carry `known` bytes, and what was transferred. */
async function open(folder: string, known: number): Promise<{ drive: TapeDrive; transfers: Transfer[] }> {
  const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
  const transfers: Transfer[] = [];
  const note = <T extends ReadOutcome | WriteOutcome>(bytes: number, outcome: T): T => {
    transfers.push({ bytes, code: outcome.code });
    return outcome;
  };
  const overridden: Partial<Transport> = {
    maxTransfer: known,
    readRecords: async (memory, offer, ...rest) => note(offer, await transport.readRecords(memory, offer, ...rest)),
    writeRecords: async (memory, recordSize, ...rest) =>
      note(recordSize, await transport.writeRecords(memory, recordSize, ...rest)),
  };
  const seam = new Proxy<Transport>(transport, {
    get: (target, name) => {
      if (Object.hasOwn(overridden, name)) return Reflect.get(overridden, name);
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  const drive = TapeDrive.onTransport(seam);
  onTestFinished(() => drive.close());
  await drive.rewind();
  return { drive, transfers };
}

function folderWith(traits: readonly Trait[], options: VirtualDriveOptions = {}): Promise<string> {
  return newDriveFolder({ traits, ...options });
}

/** The same cartridge behind another host adapter. */
async function setTraits(folder: string, traits: readonly Trait[]): Promise<void> {
  const path = join(folder, 'drive.json');
  const record = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...record, settings: { ...record.settings, traits } }));
}

/** A cartridge with one file, written through a path that carries everything. */
async function recordedIn(recordSize: number, data: Buffer, trait: Trait): Promise<string> {
  const folder = await folderWith([]);
  const { drive } = await open(folder, recordSize);
  await drive.writeFile([data], { recordSize });
  await drive.close();
  await setTraits(folder, [trait]);
  return folder;
}

const refusals = (transfers: readonly Transfer[]) => transfers.filter(({ code }) => code === 'EBUSY');

it('an offer that the path does not carry becomes smaller, and is not made again to that drive', async () => {
  const data = testData(2 * MIB + 512);
  const folder = await recordedIn(256 * KIB, data, 'transfer-limit=512K');
  const { drive, transfers } = await open(folder, 16 * MIB);
  expect((await collect(drive.createReadStream({ fileNumber: 0 }))).equals(data)).toBe(true);
  expect(refusals(transfers)).toEqual([{ bytes: MIB, code: 'EBUSY' }]);
  expect((await collect(drive.createReadStream({ fileNumber: 0 }))).equals(data)).toBe(true);
  expect(refusals(transfers)).toHaveLength(1);
});

it('an offer begins with what the path is known to carry and grows to the records, once for a drive', async () => {
  const data = testData(3 * MIB);
  const folder = await recordedIn(512 * KIB, data, 'transfer-limit=512K');
  const { drive, transfers } = await open(folder, 64 * KIB);
  for (let turn = 0; turn < 2; turn += 1) {
    expect((await collect(drive.createReadStream({ fileNumber: 0 }))).equals(data)).toBe(true);
  }
  expect(transfers[0]?.bytes).toBe(64 * KIB);
  expect(transfers.filter(({ code }) => code === 'ENOMEM').map(({ bytes }) => bytes / KIB)).toEqual([64, 128, 256]);
  expect(refusals(transfers)).toEqual([]);
});

it('a size between what is carried and what is refused is found', async () => {
  const recordSize = 384 * KIB;
  const data = testData(4 * recordSize);
  const folder = await recordedIn(recordSize, data, 'transfer-limit=512K');
  // 1 MiB is refused, half of it goes; before, 96 KiB and 192 KiB are too small.
  const { drive, transfers } = await open(folder, 300 * KIB);
  expect((await collect(drive.createReadStream({ fileNumber: 0 }))).equals(data)).toBe(true);
  expect(transfers.filter(({ code }) => code !== undefined)[0]).toEqual({ bytes: 300 * KIB, code: 'ENOMEM' });
  expect(refusals(transfers).map(({ bytes }) => bytes)).toEqual([600 * KIB]);
});

it('a record larger than the path carries is told with both numbers, and the tape stands before it', async () => {
  const folder = await recordedIn(MIB, testData(3 * MIB), 'transfer-limit=512K');
  const { drive } = await open(folder, 256 * KIB);
  const error: unknown = await collect(drive.createReadStream({ fileNumber: 0 })).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RecordTooLargeError);
  expect(error).toMatchObject({ offered: 516 * KIB, largest: 512 * KIB, limit: 'path' });
  expect((error as LtoError).message).toMatch(/record 0 .* larger than 524288 bytes.*528384.*sg_tablesize/s);
  expect(await drive.logicalObject()).toBe(0);
});

it('READ BLOCK LIMITS bounds every offer, whatever the caller would accept', async () => {
  const folder = await recordedIn(MIB, testData(3 * MIB), 'transfer-limit=512K');
  await setTraits(folder, []);
  const { drive, transfers } = await open(folder, 256 * KIB);
  const maxRecordSize = 16 * MIB;
  expect((await collect(drive.createReadStream({ fileNumber: 0, maxRecordSize }))).length).toBe(3 * MIB);
  expect(Math.max(...transfers.map(({ bytes }) => bytes))).toBeLessThan(16 * MIB);
});

it('a record size that the path refuses is told before anything is written, and nothing is lost by it', async () => {
  const folder = await folderWith(['transfer-limit=512K']);
  const { drive } = await open(folder, MIB);
  const kept = testData(3 * MIB, 7);
  await drive.writeFile([testData(1024)], { recordSize: 512 * KIB });
  await drive.writeFile([kept], { recordSize: 512 * KIB });
  await drive.rewind();
  const error: unknown = await drive
    .writeFile([testData(2 * MIB)], { recordSize: MIB, position: 'overwrite' })
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RecordTooLargeError);
  expect(error).toMatchObject({ errno: 'EBUSY', offered: MIB, largest: 512 * KIB, limit: 'path' });
  expect((error as LtoError).next).toContain('524288');
  expect(await drive.logicalObject()).toBe(0);
  // Behind a filemark, and at the end of the data.
  await drive.spaceFiles(1);
  await expect(drive.writeFile([kept], { recordSize: MIB, position: 'overwrite' })).rejects.toMatchObject({
    largest: 512 * KIB,
  });
  await expect(drive.writeFile([kept], { recordSize: MIB })).rejects.toMatchObject({ largest: 512 * KIB });
  // Closing does not end a file that was never begun.
  await drive.close();
  const again = await open(folder, MIB);
  expect((await collect(again.drive.createReadStream({ fileNumber: 1 }))).equals(kept)).toBe(true);
  expect(await again.drive.spaceToEndOfData()).toEqual({ end: 'filemark', fileNumber: 2 });
});

it('on a tape that was never written, too', async () => {
  const { drive } = await open(await folderWith(['transfer-limit=64K']), 256 * KIB);
  const writing = drive.writeFile([testData(MIB)]);
  await expect(writing).rejects.toMatchObject({ offered: 256 * KIB, largest: 64 * KIB, limit: 'path' });
  // Now it is known, and the default is what the path carries.
  expect(await drive.writeFile([testData(MIB)])).toMatchObject({ fileNumber: 0, recordSize: 64 * KIB });
});
