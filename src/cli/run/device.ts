import { InvalidArgumentError } from '../../errors/index.js';
import type { OpenOptions } from '../../tape/open/open-transport.js';
import { TapeDrive } from '../../tape/tape-drive.js';
import type { CommonOptions } from './action.js';
import { type CartridgeOptions, namesCartridge } from './cartridge-options.js';
import { closedAfter } from './closing.js';

export interface DeviceOptions extends CommonOptions, CartridgeOptions {
  readonly device?: string | undefined;
}

/** Opens the drive that the options or LTO_DEVICE name, or the one that a library brings their cartridge to, and closes it whatever `work` does. */
export async function withDrive<T>(
  options: DeviceOptions,
  work: (drive: TapeDrive) => Promise<T>,
  open: OpenOptions = {},
): Promise<T> {
  if (namesCartridge(options)) {
    const { withCartridge } = await import('./cartridge.js');
    return withCartridge(options, work, open);
  }
  const drive = await TapeDrive.open(requireDevice(options), open);
  return closedAfter(work(drive), () => drive.close());
}

/** The drive that the options or LTO_DEVICE name. Throws InvalidArgumentError when none is named. */
export function requireDevice({ device = process.env.LTO_DEVICE }: DeviceOptions): string {
  if (device) return device;
  throw new InvalidArgumentError('no drive is named', {
    next: 'Name one with --device or LTO_DEVICE, such as /dev/nst0 or virtual:<folder>; `lto drives` lists the drives',
  });
}

/** For commands that write nothing. */
export const READ_ONLY: OpenOptions = { readOnly: true };
