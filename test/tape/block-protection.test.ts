import { describe, expect, it } from 'vitest';
import { readModeFields, sendModePage } from '../../src/device/mode-pages.js';
import { InvalidArgumentError, ProtectionError, RecordTooLargeError } from '../../src/errors/index.js';
import { CONTROL_DATA_PROTECTION, crc32c, modeSense10, PROTECTION_NAMES } from '../../src/scsi/index.js';
import { encodeModePage } from '../../src/scsi/mode/page.js';
import type { BlockProtection } from '../../src/tape/block-protection/options.js';
import type { DrivePort } from '../../src/tape/port/drive-port.js';
import type { ReadStreamOptions } from '../../src/tape/stream/read/read-options.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import type { Fault, VirtualDrive, VirtualDriveOptions } from '../../src/virtual/index.js';
import { closed, testData } from '../conformance/conformance.js';
import { newDriveFolder } from '../virtual/support.js';
import { newPort } from './drives.js';

const RECORD = 64 * 1024;
const RECORDS = 12;
const DATA = testData(RECORDS * RECORD - 1000);
const CHECKSUM = `crc32c:${crc32c(DATA).toString(16).padStart(8, '0')}`;

interface Setup {
  readonly tape: TapeDrive;
  readonly port: DrivePort;
  readonly drive: VirtualDrive;
}

async function newTape(options?: VirtualDriveOptions): Promise<Setup> {
  const { port, drive } = await newPort(options);
  return { tape: TapeDrive.onTransport(port.transport), port, drive };
}

const write = (tape: TapeDrive, protection?: BlockProtection, recordSize: number | undefined = RECORD) =>
  tape.writeFile([DATA], { recordSize, protection });

async function read(tape: TapeDrive, options: ReadStreamOptions = {}) {
  const stream = tape.createReadStream({ fileNumber: 0, ...options });
  const chunks: Buffer[] = [];
  const error = await (async () => {
    for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  })().catch((reason: unknown) => reason);
  await closed(stream);
  return { data: Buffer.concat(chunks), error, stream };
}

/** The method that the drive has set, as it says itself. */
async function methodOf(port: DrivePort): Promise<number | undefined> {
  return (await readModeFields(port, CONTROL_DATA_PROTECTION))?.method;
}

/** As another program of this host does. */
const setByOthers = (port: DrivePort, method: number) =>
  sendModePage(port, CONTROL_DATA_PROTECTION, () =>
    encodeModePage(CONTROL_DATA_PROTECTION, {
      method,
      informationLength: method === 0 ? 0 : 4,
      onWrite: method !== 0,
      onRead: method !== 0,
    }),
  );

const flip = (command: 'READ(6)' | 'WRITE(6)', atObject: number, times?: number): Fault => ({
  command,
  atObject,
  ...(times !== undefined && { times }),
  outcome: { flip: 'wire' },
});

describe.each(PROTECTION_NAMES)('%s', (protection) => {
  it('protects a file both ways, and nothing of it is on tape', async () => {
    const { tape } = await newTape();
    const receipt = await write(tape, protection);
    expect(receipt).toMatchObject({ records: RECORDS, bytes: DATA.length, checksum: CHECKSUM, protection });
    const guarded = await read(tape, { protection, expectedChecksum: CHECKSUM });
    expect([guarded.error, guarded.data.equals(DATA)]).toEqual([undefined, true]);
    const plain = await read(tape, { protection: 'off' });
    expect([plain.error, plain.data.equals(DATA)]).toEqual([undefined, true]);
    expect(plain.stream.summary?.checksum).toMatch(/^crc32:/);
  });

  it('sends a record again that was damaged on its way, once', async () => {
    const { tape, drive } = await newTape();
    drive.faults = [flip('WRITE(6)', 0, 1), flip('WRITE(6)', 5, 1), flip('WRITE(6)', RECORDS - 1, 1)];
    expect(await write(tape, protection)).toMatchObject({ records: RECORDS, checksum: CHECKSUM });
    drive.faults = [];
    expect((await read(tape)).data.equals(DATA)).toBe(true);
  });

  it.each([0, 5])(
    'ends with a ProtectionError where record %i stays damaged, and it is not on tape',
    async (record) => {
      const { tape, drive } = await newTape();
      drive.faults = [flip('WRITE(6)', record)];
      const error = await write(tape, protection).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ProtectionError);
      expect(error).toMatchObject({ code: 'LTO_PROTECTION', safe: { records: record, filemark: false } });
      expect((await tape.position()).logicalObject).toBe(record);
    },
  );

  it('reads a record again that came damaged, once', async () => {
    const { tape, drive } = await newTape();
    await write(tape, protection);
    drive.faults = [flip('READ(6)', 0, 1), flip('READ(6)', 7, 1), flip('READ(6)', RECORDS - 1, 1)];
    const { data, error } = await read(tape, { protection });
    expect([error, data.equals(DATA)]).toEqual([undefined, true]);
  });

  it('hands out nothing of a record that stays damaged, and stands before it', async () => {
    const { tape, drive } = await newTape();
    await write(tape, protection);
    drive.faults = [flip('READ(6)', 7)];
    const { data, error } = await read(tape, { protection });
    expect(error).toBeInstanceOf(ProtectionError);
    expect(error).toMatchObject({ record: { fileNumber: 0, record: 7, logicalObject: 7 } });
    expect(data.equals(DATA.subarray(0, 7 * RECORD))).toBe(true);
    expect((await tape.position()).logicalObject).toBe(7);
    const rest = await read(tape, { protection, onBadRecord: 'skip' });
    expect(rest.error).toBeUndefined();
    expect(rest.stream.skipped).toMatchObject([{ record: 7 }]);
    expect(rest.data.length).toBe(DATA.length - RECORD);
  });

  it('tells of a block that is another on the medium', async () => {
    const { tape, drive } = await newTape();
    await write(tape, protection);
    drive.faults = [{ command: 'READ(6)', atObject: 3, outcome: { flip: 'medium' } }];
    const { error } = await read(tape, { protection });
    expect(error).toBeInstanceOf(ProtectionError);
    expect(error).toMatchObject({ sense: { key: 3, asc: 0x10, ascq: 1 }, record: { record: 3 } });
  });
});

describe('the choice', () => {
  it.each([
    [6, 'reed-solomon'],
    [9, 'crc32c'],
  ] as const)('auto takes the best that LTO-%i has', async (generation, protection) => {
    const { tape } = await newTape({ generation });
    expect(await write(tape, 'auto')).toMatchObject({ protection, checksum: CHECKSUM });
  });

  it('auto takes none where there is none, and a method by its name is refused', async () => {
    for (const [options, methods] of [
      [{ traits: ['no-block-protection'] }, PROTECTION_NAMES],
      [{ generation: 5 }, ['crc32c']],
    ] as const) {
      const { tape } = await newTape(options as VirtualDriveOptions);
      for (const method of methods) await expect(write(tape, method)).rejects.toThrow(ProtectionError);
      expect((await tape.position()).logicalObject).toBe(0);
      const { protection, checksum } = await write(tape, 'auto');
      expect([protection, checksum]).toEqual(['generation' in options ? 'reed-solomon' : undefined, CHECKSUM]);
    }
  });

  it('is off by default, or as the drive was opened with', async () => {
    const { tape, port } = await newTape();
    const receipt = await write(tape);
    expect([receipt.protection, receipt.checksum?.slice(0, 6)]).toEqual([undefined, 'crc32:']);
    expect(await methodOf(port)).toBe(0);
    const device = `virtual:${await newDriveFolder()}`;
    const opened = await TapeDrive.open(device, { protection: 'auto' });
    expect(await write(opened)).toMatchObject({ protection: 'crc32c', checksum: CHECKSUM });
    expect(await write(opened, 'off')).toMatchObject({ protection: undefined });
    await opened.close();
  });

  it('is an InvalidArgumentError for anything else', async () => {
    const { tape } = await newTape();
    for (const bad of [null, '', 'CRC32C', 'on', true, 2, {}, [], 'x'.repeat(1e6)]) {
      const protection = bad as BlockProtection;
      await expect(write(tape, protection)).rejects.toThrow(InvalidArgumentError);
      expect(() => tape.createReadStream({ protection })).toThrow(InvalidArgumentError);
      await expect(TapeDrive.open('virtual:/nowhere', { protection })).rejects.toThrow(InvalidArgumentError);
    }
  });
});

describe('the drive', () => {
  it('is without protection again after close, on every way out', async () => {
    const folder = await newDriveFolder();
    const leaves: readonly ((tape: TapeDrive) => Promise<unknown>)[] = [
      (tape) => write(tape, 'auto'),
      async (tape) => tape.createWriteStream({ protection: 'auto' }).write(DATA),
      (tape) => read(tape, { protection: 'auto', signal: AbortSignal.timeout(1) }),
      (tape) => tape.writeFile(failing(), { protection: 'auto' }).catch(() => undefined),
    ];
    for (const leave of leaves) {
      const tape = await TapeDrive.open(`virtual:${folder}`);
      await leave(tape);
      await tape.close();
      const after = await TapeDrive.open(`virtual:${folder}`);
      expect((await after.modePage(0x0a, 0xf0))?.bytes[4]).toBe(0);
      await after.close();
    }
  });

  it('is set right before each file, whoever has set it otherwise', async () => {
    const { tape, port } = await newTape();
    await setByOthers(port, 1);
    expect(await write(tape)).toMatchObject({ bytes: DATA.length });
    expect(await methodOf(port)).toBe(0);
    expect((await read(tape)).data.equals(DATA)).toBe(true);
    for (const method of [0, 1]) {
      await setByOthers(port, method);
      const { data, error } = await read(tape, { protection: 'crc32c' });
      expect([error, data.equals(DATA)]).toEqual([undefined, true]);
    }
  });

  it('is asked again at the end of a file: what was written without protection gets no receipt', async () => {
    const { tape, port, drive } = await newTape();
    drive.faults = [{ command: 'WRITE FILEMARKS(6)', times: 0, outcome: { good: true } }];
    const stream = tape.createWriteStream({ recordSize: RECORD, protection: 'crc32c', startThreshold: 0 });
    await new Promise((resolve) => stream.write(DATA.subarray(0, RECORD), resolve));
    await setByOthers(port, 0);
    const ended = new Promise((resolve) => stream.once('error', resolve));
    stream.end();
    expect(await ended).toBeInstanceOf(ProtectionError);
    expect(stream.receipt).toBeUndefined();
    await closed(stream);
  });

  it('that says yes and does not do it is found out, with nothing written', async () => {
    const { tape, drive, port } = await newTape();
    drive.faults = [{ command: 'MODE SELECT(10)', outcome: { good: true } }];
    await expect(write(tape, 'crc32c')).rejects.toThrow(/told to protect blocks by crc32c, and says off/);
    expect((await tape.position()).logicalObject).toBe(0);
    drive.faults = [];
    expect(await methodOf(port)).toBe(0);
  });

  it('is asked no more than once for a file, and not again where nobody wants protection', async () => {
    const { tape, port } = await newTape();
    const { transport } = port;
    const scsi = transport.scsi.bind(transport);
    let asked = 0;
    const { cdb } = modeSense10({ pageCode: 0x0a, subpageCode: 0xf0 });
    transport.scsi = async (command, options) => {
      if (Buffer.compare(command.cdb.subarray(0, 4), cdb.subarray(0, 4)) === 0) asked += 1;
      return scsi(command, options);
    };
    await write(tape);
    expect(asked).toBe(1);
    for (let i = 0; i < 3; i += 1) await write(tape);
    await read(tape);
    expect(asked).toBe(1);
  });
});

describe('a path that carries a record, and not what protects it', () => {
  it.each(['transfer-limit=64K', 'transfer-limit=256K'] as const)('%s', async (trait) => {
    const limit = trait === 'transfer-limit=64K' ? 64 * 1024 : 256 * 1024;
    const { tape } = await newTape({ traits: [trait] });
    const error = await write(tape, 'crc32c', limit).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RecordTooLargeError);
    expect(error).toMatchObject({ limit: 'path', largest: limit - 4096, offered: limit + 4 });
    expect((await tape.position()).logicalObject).toBe(0);
    // The default fits.
    expect(await tape.writeFile([DATA], { protection: 'crc32c' })).toMatchObject({ recordSize: limit - 4096 });
    const { data, error: none } = await read(tape, { protection: 'crc32c' });
    expect([none, data.equals(DATA)]).toEqual([undefined, true]);
    // What was written without protection is too large to be read with it.
    await write(tape, 'off', limit);
    const refused = await read(tape, { fileNumber: 1, protection: 'crc32c' });
    expect(refused.error).toBeInstanceOf(RecordTooLargeError);
    expect((await read(tape, { fileNumber: 1, protection: 'off' })).data.equals(DATA)).toBe(true);
  });

  it('takes the largest records of all', async () => {
    const { tape } = await newTape();
    const limit = (await tape.blockLimits())?.maximumBlockLength ?? 0;
    await expect(write(tape, 'crc32c', limit)).rejects.toThrow(/not \d+ with 4 of protection/);
    const recordSize = limit - 512;
    const data = testData(2 * recordSize + 1);
    expect(await tape.writeFile([data], { recordSize, protection: 'crc32c' })).toMatchObject({ records: 3 });
    const { error, data: back } = await read(tape, { protection: 'crc32c' });
    expect([error, back.equals(data)]).toEqual([undefined, true]);
  });
});

async function* failing(): AsyncGenerator<Uint8Array> {
  yield DATA;
  throw new Error('the source ended');
}
