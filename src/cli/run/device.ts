import { InvalidArgumentError } from '../../errors/index.js';
import type { OpenOptions } from '../../tape/open/open-transport.js';
import { TapeDrive } from '../../tape/tape-drive.js';
import type { CommonOptions } from './action.js';
import { type CartridgeOptions, namesCartridge } from './cartridge-options.js';
import { closedAfter } from './closing.js';

export interface DeviceOptions extends CommonOptions, CartridgeOptions {
  readonly device?: string | undefined;
  /** File of the history; without it, that of LTO_HISTORY. */
  readonly history?: string | true | undefined;
}

/**
 * Opens the drive that the options or LTO_DEVICE name, or the one in which a library mounts their cartridge. Closes it
 * even if `work` fails.
 */
export async function withDrive<T>(
  options: DeviceOptions,
  work: (drive: TapeDrive) => Promise<T>,
  open: OpenOptions = {},
): Promise<T> {
  const kept = (drive: TapeDrive) => keepingHistory(options, drive, work);
  if (namesCartridge(options)) {
    const { withCartridge } = await import('./cartridge.js');
    return withCartridge(options, kept, open);
  }
  const drive = await TapeDrive.open(requireDevice(options), open);
  return closedAfter(kept(drive), () => drive.close());
}

/** The history file that the options or LTO_HISTORY name, if one is. */
export function historyPath({ history }: DeviceOptions): string | undefined {
  return typeof history === 'string' ? history : process.env.LTO_HISTORY || undefined;
}

/** Keeps loads, archives and alerts of the work, if a history is named. */
async function keepingHistory<T>(
  options: DeviceOptions,
  drive: TapeDrive,
  work: (drive: TapeDrive) => Promise<T>,
): Promise<T> {
  const path = historyPath(options);
  if (path === undefined) return work(drive);
  const { HistoryRecorder } = await import('../../provider/history/history-recorder.js');
  const recorder = new HistoryRecorder(drive, path);
  void recorder.look();
  return closedAfter(work(drive), () => recorder.close());
}

/** The drive that the options or LTO_DEVICE name. Throws InvalidArgumentError if none is named. */
export function requireDevice({ device = process.env.LTO_DEVICE }: DeviceOptions): string {
  if (device) return device;
  throw new InvalidArgumentError('no drive is named', {
    next: 'Name one with --device or LTO_DEVICE, such as /dev/nst0 or virtual:<folder>; `lto drives` lists the drives',
  });
}

/** For commands that do not write. */
export const READ_ONLY: OpenOptions = { readOnly: true };
