import { pipeline } from 'node:stream/promises';
import { describe, expect, it, vi } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { readModeFields, sendModePage } from '../../src/device/mode-pages.js';
import { DriveClosedError, LtoError, PositionLostError, WriteError } from '../../src/errors/index.js';
import { CONTROL_DATA_PROTECTION } from '../../src/scsi/index.js';
import { encodeModePage } from '../../src/scsi/mode/page.js';
import { DrivePort } from '../../src/tape/port/drive-port.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { MtOperation } from '../../src/transport/mtio.js';
import { closed, collect, testData } from '../conformance/conformance.js';
import { newDriveFolder } from '../virtual/support.js';

const RECORD = 64 * 1024;
const DATA = testData(300_000);
const KEY = { key: Buffer.alloc(32, 7), keyId: 'one' };

async function openNew(): Promise<{ folder: string; tape: TapeDrive; transport: VirtualTransport }> {
  const folder = await newDriveFolder();
  const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
  return { folder, tape: TapeDrive.onTransport(transport), transport };
}

/** What the next program finds: the method of protection, and how the drive encrypts. */
async function leftBehind(folder: string): Promise<unknown> {
  const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
  const tape = TapeDrive.onTransport(transport);
  const method = (await readModeFields(new DrivePort(transport), CONTROL_DATA_PROTECTION))?.method;
  const encryption = (await tape.encryption.status())?.encryption;
  await tape.close();
  return { method, encryption };
}

const CLEAN = { method: 0, encryption: 'off' };

it('takes protection and key out of the drive once, however often it is called at a time', async () => {
  const { folder, tape } = await openNew();
  await tape.encryption.enable(KEY);
  await tape.writeFile([DATA], { protection: 'crc32c' });
  await Promise.all([tape.close(), tape.close(), tape[Symbol.asyncDispose]()]);
  expect(await leftBehind(folder)).toEqual(CLEAN);
});

it('a second call resolves where the first one rejects, and not before', async () => {
  const { tape, transport } = await openNew();
  await tape.writeFile([DATA], { protection: 'crc32c' });
  transport.drive.faults = [{ command: 'MODE SELECT(10)', outcome: { sense: { key: 4, asc: 0x44, ascq: 0 } } }];
  const first = tape.close();
  const order: string[] = [];
  const ends = [first.catch(() => order.push('first')), tape.close().then(() => order.push('second'))];
  await expect(first).rejects.toThrow(/MODE SELECT/);
  await Promise.all(ends);
  expect(order).toEqual(['first', 'second']);
  await tape.close();
});

it('takes back what is being set while it is called', async () => {
  const { folder, tape } = await openNew();
  const set = tape.encryption.enable(KEY);
  await tape.close();
  await set;
  expect(await leftBehind(folder)).toEqual(CLEAN);
});

it('rejects where the device could not be closed, and no stream has told of it', async () => {
  const { tape, transport } = await openNew();
  await tape.writeFile([DATA]);
  vi.spyOn(transport, 'close').mockRejectedValue(Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'close' }));
  await expect(tape.close()).rejects.toMatchObject({ errno: 'EIO', operation: 'close' });
  vi.restoreAllMocks();
  await transport.close();
});

it('lets nobody in from the call on', async () => {
  const { folder, tape } = await openNew();
  await tape.writeFile([DATA], { protection: 'crc32c' });
  const closing = tape.close();
  for (const attempt of [
    () => tape.rewind(),
    () => tape.encryption.enable(KEY),
    () => tape.writeFile([DATA], { protection: 'crc32c' }),
  ]) {
    await expect((async () => attempt())()).rejects.toThrow(DriveClosedError);
  }
  await closing;
  expect(await leftBehind(folder)).toEqual(CLEAN);
});

it('takes protection back that a process left set which was killed, and this one used', async () => {
  const { folder, tape, transport } = await openNew();
  await sendModePage(new DrivePort(transport), CONTROL_DATA_PROTECTION, () =>
    encodeModePage(CONTROL_DATA_PROTECTION, { method: 2, informationLength: 4, onWrite: true, onRead: true }),
  );
  expect(await tape.writeFile([DATA], { protection: 'crc32c' })).toMatchObject({ protection: 'crc32c' });
  await tape.close();
  expect(await leftBehind(folder)).toEqual(CLEAN);
});

describe('what close(2) says', () => {
  const FILEMARK_FAILS = { command: 'WRITE FILEMARKS(6)', outcome: { sense: { key: 3, asc: 0x0c, ascq: 0 } } } as const;

  /** A drive with one file, and a stream that has written part of a second one. */
  async function inSecondFile() {
    const opened = await openNew();
    await opened.tape.writeFile([DATA], { recordSize: RECORD });
    const stream = opened.tape.createWriteStream({ recordSize: RECORD, bufferBytes: 4 * RECORD, startThreshold: 0 });
    stream.write(testData(16 * RECORD, 2));
    await vi.waitUntil(() => stream.bytesWritten > 0 && !stream.writableNeedDrain);
    return { ...opened, stream };
  }

  async function expectFirstFile(folder: string): Promise<void> {
    await using tape = await TapeDrive.open(`virtual:${folder}`);
    const data = await collect(tape.createReadStream({ fileNumber: 0 }));
    expect(data.equals(DATA)).toBe(true);
  }

  it.each([true, false])(
    'behind a reset is no error where nothing was being written, read only or not: %s',
    async (readOnly) => {
      const { folder, tape: writer } = await openNew();
      await writer.writeFile([DATA]);
      await writer.close();
      const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder }, { readOnly });
      const tape = TapeDrive.onTransport(transport);
      await transport.drive.reset();
      await tape.close();
      await expectFirstFile(folder);
    },
  );

  it('is no error for a file that had its filemark before the reset', async () => {
    const { folder, tape, transport } = await openNew();
    await tape.writeFile([DATA]);
    await transport.drive.reset();
    await tape.close();
    await expectFirstFile(folder);
  });

  it('does not keep a drive from being opened again behind a reset', async () => {
    const { tape, transport } = await openNew();
    await tape.writeFile([DATA]);
    await transport.drive.reset();
    await new DrivePort(transport).reopen();
    await tape.close();
  });

  it('a file that is open and cannot be ended fails it, with what of it is safe', async () => {
    const { folder, tape, transport, stream } = await inSecondFile();
    const heard: unknown[] = [];
    stream.on('error', (error) => heard.push(error));
    transport.drive.faults = [FILEMARK_FAILS];
    const error: unknown = await tape.close().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WriteError);
    const { bytesWritten: bytes } = stream;
    expect(error).toMatchObject({ fileNumber: 1, safe: { records: bytes / RECORD, bytes, filemark: false } });
    expect(heard).toEqual([error]);
    await expectFirstFile(folder);
  });

  it('a reset in an open file fails it: nothing of that file is certain', async () => {
    const { folder, tape, transport, stream } = await inSecondFile();
    stream.on('error', () => undefined);
    await transport.drive.reset();
    await expect(tape.close()).rejects.toMatchObject({
      code: 'LTO_WRITE_FAILED',
      safe: { records: 0, bytes: 0, filemark: false },
      cause: expect.any(PositionLostError),
    });
    await expectFirstFile(folder);
  });

  it('a file that could not be ended, and whose stream failed for another reason, is not passed over', async () => {
    const { tape, transport, stream } = await inSecondFile();
    transport.drive.faults = [FILEMARK_FAILS];
    const broken = new Error('the source broke');
    stream.on('error', (error) => expect(error).toBe(broken)).destroy(broken);
    await closed(stream);
    expect(stream).toMatchObject({ incomplete: undefined, unended: expect.any(WriteError) });
    await expect(tape.close()).rejects.toBe(stream.unended);
  });

  it('what a stream has failed with is not said again', async () => {
    const { folder, tape, transport, stream } = await inSecondFile();
    const sense = { key: 3, asc: 0x0c, ascq: 0 };
    // The drive says that it is broken, so that no writer tries to go on.
    const broken = { sense: { key: 4, asc: 0x44, ascq: 0 } };
    transport.drive.faults = [
      { command: 'WRITE(6)', outcome: { sense } },
      { command: 'TEST UNIT READY', outcome: broken },
      FILEMARK_FAILS,
    ];
    const failure: unknown = await pipeline([testData(4 * RECORD)], stream).catch((error: unknown) => error);
    const safe = { bytes: stream.bytesWritten, filemark: false };
    expect(failure).toMatchObject({ code: 'LTO_WRITE_FAILED', safe });
    // `st` tries the filemark at close, and the drive refuses it: EIO, of which the stream has said all.
    const counted = vi.spyOn(transport, 'close');
    await tape.close();
    await expect(counted.mock.results[0]?.value).rejects.toMatchObject({ code: 'EIO', syscall: 'close' });
    await expectFirstFile(folder);
  });

  it('a filemark that the driver could not write is a WriteError, where nobody has told of it', async () => {
    const { transport } = await openNew();
    const port = new DrivePort(transport);
    await transport.mt(MtOperation.MTREW, 1);
    await transport.writeRecords(transport.allocate(RECORD), RECORD, 1);
    transport.drive.faults = [FILEMARK_FAILS];
    const error: unknown = await port.close().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WriteError);
    expect(error).toMatchObject({ operation: 'close', errno: 'EIO', safe: { records: 0, bytes: 0, filemark: false } });
    expect(String((error as WriteError).next)).toMatch(/again/);
  });
});

it.each(['not open yet', 'queued behind another'])('a file of a session that is %s does not keep it', async (which) => {
  const { tape } = await openNew();
  const session = tape.session();
  async function* stalled() {
    yield DATA;
    await new Promise(() => undefined);
  }
  const files = [session.writeFile(stalled())];
  if (which !== 'not open yet') files.push(session.writeFile([DATA]));
  const failures = files.map((file) => file.catch((error: unknown) => error));
  await tape.close().catch(() => undefined);
  for (const failure of await Promise.all(failures)) expect(failure).toBeInstanceOf(LtoError);
});
