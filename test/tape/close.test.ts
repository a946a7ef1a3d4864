import { expect, it } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { readModeFields, sendModePage } from '../../src/device/mode-pages.js';
import { DriveClosedError } from '../../src/errors/index.js';
import { CONTROL_DATA_PROTECTION } from '../../src/scsi/index.js';
import { encodeModePage } from '../../src/scsi/mode/page.js';
import { DrivePort } from '../../src/tape/port/drive-port.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { testData } from '../conformance/conformance.js';
import { newDriveFolder } from '../virtual/support.js';

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
