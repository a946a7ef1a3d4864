import { pipeline } from 'node:stream/promises';
import { afterEach, describe, expect, vi } from 'vitest';
import { BufferedDataLostError, LtoError } from '../../src/errors/index.js';
import type { BufferedReceipt } from '../../src/tape/session/buffered-files.js';
import type { TapeDrive } from '../../src/tape/tape-drive.js';
import { newKey, storeOf } from '../support/keys.js';
import { backend, closed, collect, conforms, openBoth, openDrive, RECORD, testData } from './conformance.js';

// Files without a stop after each: what is buffered, what is proven, and when. A drive that does not tell its position
// gives durable receipts at once, since nothing else would prove them.

const STATE = backend.lacks.has('logical-object') ? 'durable' : 'buffered';
const OVERWRITE = { position: 'overwrite' } as const;

const content = (seed: number) => testData(2 * RECORD, seed);

/** On a slow machine a look at what the drive has recorded may come before the reset that is to lose it. */
function withoutLooks(): void {
  vi.useFakeTimers({ toFake: ['setInterval'] });
}

afterEach(() => {
  vi.useRealTimers();
});

/** Each file is as long as it was written, and holds what was written where the backend keeps data. */
async function expectFiles(drive: TapeDrive, seeds: readonly number[]): Promise<void> {
  for (const [fileNumber, seed] of seeds.entries()) {
    const read = await collect(drive.createReadStream({ fileNumber }));
    expect(read.length).toBe(content(seed).length);
    if (!backend.lacks.has('data')) expect(read.equals(content(seed))).toBe(true);
  }
  expect(await drive.spaceToEndOfData()).toEqual({ end: 'filemark', fileNumber: seeds.length });
}

async function* records(count: number): AsyncGenerator<Buffer> {
  for (let i = 0; i < count; i += 1) yield testData(backend.fillRecordSize, i);
}

/** How many records the tape takes before early warning. */
async function recordsUntilWarned(drive: TapeDrive): Promise<number> {
  const stream = drive.createWriteStream({ ...OVERWRITE, recordSize: backend.fillRecordSize, startThreshold: 0 });
  let warned = Number.NaN;
  stream.once('earlyWarning', (extent) => {
    warned = extent.records;
  });
  async function* untilWarned() {
    while (Number.isNaN(warned)) yield* records(4);
  }
  await pipeline(untilWarned(), stream).catch(() => undefined);
  await closed(stream);
  return warned;
}

describe(`a write session on ${backend.name}`, () => {
  conforms('puts files behind each other, each with its filemark, and proves them at its end', [], async () => {
    const drive = await openDrive();
    const session = drive.session();
    const receipts: BufferedReceipt[] = [];
    for (const seed of [1, 2, 3]) receipts.push(await session.writeFile([content(seed)], OVERWRITE));
    expect(receipts.map(({ state, fileNumber, records }) => [state, fileNumber, records])).toEqual(
      [0, 1, 2].map((fileNumber) => [STATE, fileNumber, 2]),
    );
    expect(await session.commit()).toMatchObject({ fileNumber: 3 });
    const durable = await Promise.all(receipts.map((receipt) => receipt.durable));
    expect(durable.map(({ fileNumber }) => fileNumber)).toEqual([0, 1, 2]);
    await session.close();
    await expectFiles(drive, [1, 2, 3]);
  });

  conforms('commits before anything else moves the tape, and goes on behind it', [], async () => {
    const drive = await openDrive();
    await using session = drive.session();
    const first = await session.writeFile([content(1)], OVERWRITE);
    await drive.rewind();
    expect(await first.durable).toMatchObject({ fileNumber: 0 });
    const second = await session.writeFile([content(2)]);
    expect(await drive.writeFile([content(3)])).toMatchObject({ fileNumber: 2 });
    expect(await second.durable).toMatchObject({ fileNumber: 1 });
    await session.writeFile([content(4)]);
    await session.close();
    await expectFiles(drive, [1, 2, 3, 4]);
  });

  conforms('closes a file whose source fails with a filemark, and writes the next one behind it', [], async () => {
    const drive = await openDrive();
    await using session = drive.session();
    const first = await session.writeFile([content(1)], OVERWRITE);
    async function* failing() {
      yield content(2);
      yield testData(64 * RECORD, 3);
      throw new Error('no more of it');
    }
    await expect(session.writeFile(failing(), { bufferBytes: 4 * RECORD })).rejects.toMatchObject({
      code: 'LTO_WRITE_FAILED',
      fileNumber: 1,
      safe: { filemark: true },
    });
    await first.durable;
    expect(await session.writeFile([content(4)])).toMatchObject({ fileNumber: 2, state: STATE });
    await session.close();
    expect(await drive.spaceToEndOfData()).toEqual({ end: 'filemark', fileNumber: 3 });
  });

  conforms(
    'gives up what is buffered when the drive is reset, and the next session appends behind what is proven',
    ['reset', 'logical-object'],
    async () => {
      const { drive, transport } = await openBoth();
      withoutLooks();
      const session = drive.session();
      const safe = await session.writeFile([content(1)], OVERWRITE);
      await session.commit();
      await safe.durable;
      const buffered = await session.writeFile([content(2)], { id: 'two' });
      await backend.reset(transport);
      await expect(session.commit()).rejects.toBeInstanceOf(BufferedDataLostError);
      await expect(buffered.durable).rejects.toMatchObject({
        lost: [{ id: 'two', fileNumber: 1 }],
        safe: { fileNumber: 1 },
      });
      await session.close();
      await drive.rewind();
      await using next = drive.session();
      const behind = await next.writeFile([content(3)], { closeUnterminated: true });
      expect(behind.fileNumber).toBeGreaterThan(0);
      await next.commit();
      const first = await collect(drive.createReadStream({ fileNumber: 0 }));
      expect(first.length).toBe(content(1).length);
    },
  );

  conforms(
    'waits for each file from early warning on, and loses nothing at the end of the tape',
    ['fills-up', 'early-warning', 'logical-object'],
    async () => {
      const drive = await openDrive();
      const recordSize = backend.fillRecordSize;
      const begun = (await recordsUntilWarned(drive)) - 60;
      await drive.rewind();
      await drive.writeFile(records(begun), { ...OVERWRITE, recordSize });
      const session = drive.session();
      const receipts: BufferedReceipt[] = [];
      const error: unknown = await (async () => {
        for (;;) receipts.push(await session.writeFile(records(7), { recordSize }));
      })().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(LtoError);
      expect(error).toMatchObject({ code: expect.stringMatching(/^LTO_(END_OF_MEDIUM|WRITE_FAILED)$/) });
      const states = receipts.map(({ state }) => state);
      expect(states.slice(states.indexOf('durable'))).not.toContain('buffered');
      const durable = await Promise.all(receipts.map((receipt) => receipt.durable));
      expect(durable.length).toBeGreaterThan(6);
      await session.close();
      const { fileNumber } = await drive.spaceToEndOfData();
      expect(fileNumber).toBeGreaterThanOrEqual(1 + receipts.length);
    },
    180_000,
  );

  conforms('encrypts each file with the key that the commit proves', ['data', 'encryption'], async () => {
    const drive = await openDrive();
    const key = newKey();
    await drive.encryption.enable({ key, keyId: 'session' });
    const session = drive.session();
    for (const seed of [1, 2]) await session.writeFile([content(seed)], OVERWRITE);
    await session.close();
    await drive.encryption.disable();
    const plain = drive.verifyFile({ fileNumber: 0 });
    await expect(plain).rejects.toMatchObject({ code: 'LTO_ENCRYPTION_KEY' });
    for (const [fileNumber, seed] of [1, 2].entries()) {
      const read = drive.createReadStream({ fileNumber, keyStore: storeOf({ session: key }) });
      expect((await collect(read)).equals(content(seed))).toBe(true);
    }
  });

  conforms('protects each record of each file', ['data', 'protection'], async () => {
    const drive = await openDrive();
    const session = drive.session();
    for (const seed of [1, 2]) {
      const { protection, checksum } = await session.writeFile([content(seed)], { ...OVERWRITE, protection: 'auto' });
      expect([protection, checksum]).toEqual([expect.any(String), expect.stringMatching(/^crc32c:/)]);
    }
    await session.close();
    await expectFiles(drive, [1, 2]);
  });
});
