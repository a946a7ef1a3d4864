import { expect, it, onTestFinished, vi } from 'vitest';
import type { CallOptions } from '../../src/arguments/options.js';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { InvalidArgumentError } from '../../src/errors/index.js';
import { generateKey } from '../../src/keys/data-key.js';
import { TapeLibrary } from '../../src/library/tape-library.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { newLibraryFolder } from '../virtual/library/support.js';
import { newDriveFolder } from '../virtual/support.js';
import { newTapeDrive } from './drives.js';

const MIB = 1024 * 1024;
const ERASE = { confirm: 'erase everything' } as const;

/** Every call that can wait, for its turn at the tape or for the drive. */
const CALLS: Readonly<Record<string, (drive: TapeDrive, options: CallOptions) => Promise<unknown>>> = {
  identity: (drive, options) => drive.identity(options),
  readiness: (drive, options) => drive.readiness(options),
  status: (drive, options) => drive.status(options),
  logicalObject: (drive, options) => drive.logicalObject(options),
  position: (drive, options) => drive.position(options),
  mam: (drive, options) => drive.mam(options),
  attributeLists: (drive, options) => drive.attributeLists(options),
  partitions: (drive, options) => drive.partitions(options),
  capacity: (drive, options) => drive.capacity(options),
  writeRights: (drive, options) => drive.writeRights(options),
  mediumFormat: (drive, options) => drive.mediumFormat(options),
  memoryAndFormat: (drive, options) => drive.memoryAndFormat(options),
  alerts: (drive, options) => drive.alerts(options),
  health: (drive, options) => drive.health(options),
  settings: (drive, options) => drive.settings(options),
  densities: (drive, options) => drive.densities(options),
  blockLimits: (drive, options) => drive.blockLimits(options),
  timestamp: (drive, options) => drive.timestamp(options),
  supportedCommands: (drive, options) => drive.supportedCommands(options),
  reservations: (drive, options) => drive.reservations(options),
  requestSense: (drive, options) => drive.requestSense(options),
  logPages: (drive, options) => drive.logPages(options),
  logPage: (drive, options) => drive.logPage(0x17, 0, options),
  modePage: (drive, options) => drive.modePage(0x0f, 0, options),
  setAttributes: (drive, options) => drive.setAttributes({ userMediumLabel: 'x' }, options),
  requireOverwritable: (drive, options) => drive.requireOverwritable(options),
  configure: (drive, options) => drive.configure({ compression: false }, options),
  rewind: (drive, options) => drive.rewind(options),
  spaceFiles: (drive, options) => drive.spaceFiles(1, options),
  spaceRecords: (drive, options) => drive.spaceRecords(1, options),
  spaceToEndOfData: (drive, options) => drive.spaceToEndOfData(options),
  locateFile: (drive, options) => drive.locateFile(0, options),
  locate: (drive, options) => drive.locate(0, options),
  writeFilemarks: (drive, options) => drive.writeFilemarks(1, options),
  closeUnterminatedFile: (drive, options) => drive.closeUnterminatedFile(options),
  erase: (drive, options) => drive.erase(options),
  setBlockSize: (drive, options) => drive.setBlockSize(0, options),
  preventRemoval: (drive, options) => drive.preventRemoval(true, options),
  formatMedium: (drive, options) => drive.formatMedium({ ...ERASE, ...options }),
  setCapacity: (drive, options) => drive.setCapacity(1, { ...ERASE, ...options }),
  load: (drive, options) => drive.load(options),
  unload: (drive, options) => drive.unload(options),
  eject: (drive, options) => drive.eject(options),
  released: (drive, options) => drive.released(Buffer.alloc(1), options),
  'encryption.capabilities': (drive, options) => drive.encryption.capabilities(options),
  'encryption.status': (drive, options) => drive.encryption.status(options),
  'encryption.nextBlock': (drive, options) => drive.encryption.nextBlock(options),
  'encryption.confirm': (drive, options) => drive.encryption.confirm(options),
  'encryption.enable': (drive, options) => drive.encryption.enable({ mode: 'raw', ...options }),
  'encryption.disable': (drive, options) => drive.encryption.disable(options),
};

it('a call whose signal is aborted does nothing, and fails with the reason', async () => {
  const drive = await newTapeDrive();
  await drive.writeFile([Buffer.alloc(1000)]);
  const reason = new Error('enough');
  for (const [name, call] of Object.entries(CALLS)) {
    await expect(call(drive, { signal: AbortSignal.abort(reason) }), name).rejects.toBe(reason);
  }
  expect((await drive.verifyFile(0)).bytes).toBe(1000);
});

it('opening ends with its signal, and leaves no drive or library open', async () => {
  const reason = new Error('enough');
  for (const [open, folder] of [
    [(device: string, options: CallOptions) => TapeDrive.open(device, options), await newDriveFolder()],
    [(device: string, options: CallOptions) => TapeLibrary.open(device, options), await newLibraryFolder()],
  ] as const) {
    const device = `virtual:${folder}`;
    await expect(open(device, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const opening = open(device, { signal: controller.signal });
    controller.abort(reason);
    await expect(opening).rejects.toBe(reason);
    // What was opened too late closes by itself, and only then can it be opened again.
    const reopen = async (): Promise<{ close(): Promise<void> }> => open(device, {});
    const opened = await vi.waitFor(reopen, { timeout: 20_000 });
    await opened.close();
  }
});

it('a question is given up while the drive answers it, and the drive can be used on', async () => {
  const folder = await newDriveFolder();
  const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
  const drive = TapeDrive.onTransport(transport);
  onTestFinished(() => drive.close());
  const virtual = transport.drive;
  virtual.faults = [{ command: 'SECURITY PROTOCOL IN', outcome: { delayMs: 300 } }];
  const questions = ['capabilities', 'status', 'nextBlock', 'confirm'] as const;
  await drive.encryption.enable({ key: generateKey(), keyId: 'k' });
  for (const name of questions) {
    const controller = new AbortController();
    const reason = new Error(name);
    const asked = drive.encryption[name]({ signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await expect(asked, name).rejects.toBe(reason);
  }
  virtual.faults = [];
  expect(await drive.encryption.status()).toMatchObject({ encryption: 'encrypt', keyId: 'k' });
});

it('a motion that waits for its turn gives it up, and lets nobody overtake', async () => {
  const drive = await newTapeDrive();
  await drive.writeFile([Buffer.alloc(1000)]);
  const first = drive.rewind();
  const controller = new AbortController();
  const waits = drive.erase({ signal: controller.signal });
  const next = drive.rewind();
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(waits).rejects.toBe(reason);
  await Promise.all([first, next]);
  expect((await drive.verifyFile(0)).bytes).toBe(1000);
});

it('whole files and streams that are aborted in the middle end with the reason, and let go of the signal', async () => {
  const drive = await newTapeDrive();
  await drive.writeFile([Buffer.alloc(8 * MIB)]);
  const reason = new Error('enough');
  const later = new AbortController();
  const added = vi.spyOn(later.signal, 'addEventListener');
  const removed = vi.spyOn(later.signal, 'removeEventListener');
  for (let i = 0; i < 3; i += 1) await drive.verifyFile({ fileNumber: 0, signal: later.signal });
  expect(added.mock.calls.length).toBeGreaterThanOrEqual(3);
  expect(removed.mock.calls.length).toBe(added.mock.calls.length);

  const reading = new AbortController();
  const read = drive.readFile({ fileNumber: 0, signal: reading.signal }, async (stream) => {
    for await (const _ of stream) reading.abort(reason);
  });
  await expect(read).rejects.toBe(reason);

  const writing = new AbortController();
  async function* endless() {
    for (let i = 0; ; i += 1) {
      if (i === 40) writing.abort(reason);
      yield Buffer.alloc(MIB);
    }
  }
  await drive.spaceToEndOfData();
  const written = drive.writeFile(endless(), { startThreshold: 0, signal: writing.signal });
  await expect(written).rejects.toMatchObject({ code: 'LTO_WRITE_FAILED', cause: reason, fileNumber: 1 });

  // Null would destroy a stream without an error.
  for (const odd of ['enough', null]) {
    const aborted = drive.verifyFile({ fileNumber: 0, signal: AbortSignal.abort(odd) });
    await expect(aborted).rejects.toMatchObject({ cause: odd });
  }
});

it('what is no signal is an invalid argument', async () => {
  const drive = await newTapeDrive();
  for (const name of ['identity', 'rewind', 'logPage', 'configure']) {
    const call = CALLS[name];
    await expect(call?.(drive, { signal: 'now' as unknown as AbortSignal }), name).rejects.toThrow(
      InvalidArgumentError,
    );
  }
});
