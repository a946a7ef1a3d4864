import { describe, expect, it } from 'vitest';
import { InvalidArgumentError, LtoProvider } from '../../src/index.js';
import { createVirtualDrive } from '../../src/virtual/index.js';
import { IscsiServer } from '../../src/virtual/iscsi/server.js';
import { temporaryFolder } from '../virtual/support.js';
import { type Bench, ID, newLabelledBench } from './support.js';

/** What nothing that is counted can be. */
const HOSTILE = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, '5', null, {}, 10n, true];
const FRACTION = 1.5;
const NEGATIVE = -5;

type Take = (bench: Bench, value: never) => unknown;

const ERASE = { confirm: 'erase everything' } as const;
const CONFIGURATION = { devicePath: 'virtual:none' };

/** Every numeric option of the public calls, with what it refuses besides the hostile values. */
const OPTIONS: Readonly<Record<string, readonly [take: Take, ...others: readonly unknown[]]>> = {
  'write recordSize': [({ tape }, recordSize) => tape.writeFile('x', { recordSize }), 0, 1000, 2 ** 24, NEGATIVE],
  'write bufferBytes': [
    ({ tape }, bufferBytes) => tape.writeFile('x', { bufferBytes }),
    0,
    FRACTION,
    2 ** 50,
    NEGATIVE,
  ],
  'write startThreshold': [({ tape }, startThreshold) => tape.writeFile('x', { startThreshold }), FRACTION, NEGATIVE],
  'write earlyWarningAllowance': [
    ({ tape }, earlyWarningAllowance) => tape.writeFile('x', { earlyWarningAllowance }),
    FRACTION,
    NEGATIVE,
  ],
  'write partition': [({ tape }, partition) => tape.writeFile('x', { partition }), FRACTION, NEGATIVE, 256],
  'write expected': [
    ({ tape }, fileNumber) => tape.writeFile('x', { expected: { fileNumber, firstLogicalObject: 0, mediumEpoch: 0 } }),
    FRACTION,
    NEGATIVE,
  ],
  'createWriteStream bufferBytes': [({ tape }, bufferBytes) => tape.createWriteStream({ bufferBytes }), 0, 2 ** 50],
  'read fileNumber': [({ tape }, fileNumber) => tape.verifyFile({ fileNumber }), FRACTION, NEGATIVE, 2 ** 24],
  'read maxRecordSize': [({ tape }, maxRecordSize) => tape.verifyFile({ maxRecordSize }), 0, FRACTION, NEGATIVE],
  'read bufferBytes': [({ tape }, bufferBytes) => tape.verifyFile({ bufferBytes }), 0, FRACTION, 2 ** 50, NEGATIVE],
  'read partition': [({ tape }, partition) => tape.verifyFile({ partition }), FRACTION, NEGATIVE, 256],
  'createReadStream maxRecordSize': [({ tape }, maxRecordSize) => tape.createReadStream({ maxRecordSize }), NEGATIVE],
  allocate: [({ tape }, bytes) => tape.allocate(bytes), 0, FRACTION, NEGATIVE, 2 ** 40],
  spaceFiles: [({ tape }, count) => tape.spaceFiles(count), FRACTION, 2 ** 31],
  spaceRecords: [({ tape }, count) => tape.spaceRecords(count), FRACTION, 2 ** 31],
  locateFile: [({ tape }, file) => tape.locateFile(file), FRACTION, NEGATIVE, 2 ** 24],
  locate: [({ tape }, object) => tape.locate(object), FRACTION, NEGATIVE, 2 ** 33],
  writeFilemarks: [({ tape }, count) => tape.writeFilemarks(count), FRACTION, NEGATIVE, 2 ** 24],
  setBlockSize: [({ tape }, bytes) => tape.setBlockSize(bytes), FRACTION, NEGATIVE, 2 ** 24],
  setCapacity: [({ tape }, proportion) => tape.setCapacity(proportion, ERASE), 0, FRACTION, NEGATIVE],
  'rewind partition': [({ tape }, partition) => tape.rewind({ partition }), FRACTION, NEGATIVE, 256],
  'mam partition': [({ tape }, partition) => tape.mam({ partition }), FRACTION, NEGATIVE, 256],
  'attributeLists partition': [({ tape }, partition) => tape.attributeLists({ partition }), FRACTION, NEGATIVE],
  'waitUntilReady timeoutMs': [({ tape }, timeoutMs) => tape.waitUntilReady({ timeoutMs }), FRACTION, NEGATIVE],
  'waitUntilReady intervalMs': [({ tape }, intervalMs) => tape.waitUntilReady({ intervalMs }), NEGATIVE, 2 ** 31],
  'watch intervalMs': [({ provider }, intervalMs) => provider.watch({ intervalMs }), FRACTION, NEGATIVE, 2 ** 31],
  'readArchive location': [({ provider }, location) => provider.readArchive(ID, location), 0, FRACTION, NEGATIVE],
  'readArchive idleTimeoutMs': [
    ({ provider }, idleTimeoutMs) => provider.readArchive(ID, 1, { idleTimeoutMs }),
    NEGATIVE,
  ],
  'configuration recordSize': [
    (_bench, recordSize) => new LtoProvider({ ...CONFIGURATION, recordSize }),
    0,
    1000,
    2 ** 24,
    NEGATIVE,
  ],
  'configuration throttleMs': [
    (_bench, throttleMs) => new LtoProvider({ ...CONFIGURATION, throttleMs }),
    FRACTION,
    NEGATIVE,
  ],
  'virtual generation': [
    async (_bench, generation) => createVirtualDrive(await temporaryFolder(), { generation }),
    4,
    11,
  ],
  'virtual loadSeconds': [
    async (_bench, loadSeconds) => createVirtualDrive(await temporaryFolder(), { loadSeconds }),
    NEGATIVE,
  ],
  'virtual earlyWarningBytes': [
    async (_bench, earlyWarningBytes) => createVirtualDrive(await temporaryFolder(), { earlyWarningBytes }),
    FRACTION,
    NEGATIVE,
  ],
  'virtual capacityBytes': [
    async (_bench, capacityBytes) => createVirtualDrive(await temporaryFolder(), { cartridge: { capacityBytes } }),
    0,
    FRACTION,
    NEGATIVE,
  ],
  'virtual speed': [
    async (_bench, bufferBytes) => {
      const facts = { speeds: [1], backHitchSeconds: 0, restartLevel: 0, matchingSeconds: 1 };
      return createVirtualDrive(await temporaryFolder(), { speed: { ...facts, bufferBytes } });
    },
    0,
    NEGATIVE,
  ],
  'served port': [async ({ folder }, port) => IscsiServer.open([folder], { port }), FRACTION, NEGATIVE, 65536],
};

/** Values that stand for a default, or are another way to say it. */
const MEANT: Readonly<Record<string, readonly unknown[]>> = {
  // Decimal digits are a location too.
  'readArchive location': ['5', 10n],
  // Up to the end of the tape.
  'write earlyWarningAllowance': [Number.POSITIVE_INFINITY],
  // null stands for a key that is left out.
  'configuration recordSize': [null],
  'configuration throttleMs': [null],
};

async function outcome(take: Take, bench: Bench, value: unknown): Promise<unknown> {
  try {
    return await take(bench, value as never);
  } catch (error) {
    return error;
  }
}

describe('a numeric option', () => {
  it.each(Object.entries(OPTIONS))('takes nothing but numbers in its range: %s', async (name, [take, ...others]) => {
    const bench = await newLabelledBench();
    const hostile = HOSTILE.filter((value) => !MEANT[name]?.includes(value));
    for (const value of [...hostile, ...others]) {
      const error = await outcome(take, bench, value);
      expect(error, `${typeof value} ${String(value)}`).toBeInstanceOf(InvalidArgumentError);
    }
    // Nothing was begun by any of them.
    expect(await bench.provider.prepareForWrite(ID)).toMatchObject({ nextFile: 1 });
  });

  it('is named with its range and unit', async () => {
    const { tape } = await newLabelledBench();
    expect(() => tape.createWriteStream({ bufferBytes: 2 ** 50 })).toThrow(
      /bufferBytes cannot be 1125899906842624.*a whole number of bytes from 1 to 68719476736/,
    );
  });
});

describe('a stream that is refused', () => {
  it('throws one typed error at once, and nothing later', async () => {
    const { tape } = await newLabelledBench();
    for (const options of [
      { checksum: 'md5' },
      { checksum: 5 },
      { signal: {} },
      { expectedChecksum: 'md5:00' },
      { expectedChecksum: 'crc32:xyz' },
      { expectedChecksum: 5 },
    ]) {
      expect(() => tape.createReadStream(options as never)).toThrow(InvalidArgumentError);
    }
    for (const options of [{ checksum: 'md5' }, { signal: 'x' }, { position: 'behind' }]) {
      expect(() => tape.createWriteStream(options as never)).toThrow(InvalidArgumentError);
    }
    // An error that nobody can catch would come with the next turns, and fails the run.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await tape.verifyFile(0)).fileNumber).toBe(0);
  });
});
