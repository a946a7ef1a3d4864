import { expect, it } from 'vitest';
import { InvalidArgumentError } from '../../src/errors/index.js';
import type { TapeDrive } from '../../src/tape/tape-drive.js';
import type { CallOptions } from '../../src/transport/scsi-transport.js';
import { newTapeDrive } from './drives.js';

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

it('what is no signal is an invalid argument', async () => {
  const drive = await newTapeDrive();
  for (const name of ['identity', 'rewind', 'logPage', 'configure']) {
    const call = CALLS[name];
    await expect(call?.(drive, { signal: 'now' as unknown as AbortSignal }), name).rejects.toThrow(
      InvalidArgumentError,
    );
  }
});
