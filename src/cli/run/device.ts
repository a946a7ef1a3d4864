import { InvalidArgumentError } from '../../errors/index.js';
import type { OpenOptions } from '../../tape/open/open-transport.js';
import { TapeDrive } from '../../tape/tape-drive.js';
import type { CommonOptions } from './action.js';
import type { CartridgeOptions } from './cartridge-options.js';

export interface DeviceOptions extends CommonOptions, CartridgeOptions {
  readonly device?: string | undefined;
}

/** Opens the drive that the options or LTO_DEVICE name, or the one that a library brings their cartridge to, and closes it whatever `work` does. */
export async function withDrive<T>(
  { device = process.env.LTO_DEVICE, ...cartridge }: DeviceOptions,
  work: (drive: TapeDrive) => Promise<T>,
  open: OpenOptions = {},
): Promise<T> {
  if (cartridge.library !== undefined || cartridge.barcode !== undefined) {
    const { withCartridge } = await import('./cartridge.js');
    return withCartridge(cartridge, work, open);
  }
  if (!device) {
    throw new InvalidArgumentError('no drive is named', {
      next: 'Name one with --device or LTO_DEVICE, such as /dev/nst0 or virtual:<folder>; `lto drives` lists the drives',
    });
  }
  const drive = await TapeDrive.open(device, open);
  const [outcome] = await Promise.allSettled([work(drive)]);
  // What went wrong first is what counts; an error of closing only comes after success.
  const closed = await drive.close().then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (outcome.status === 'rejected') throw outcome.reason;
  if (closed) throw closed.error;
  return outcome.value;
}

/** For commands that write nothing. */
export const READ_ONLY: OpenOptions = { readOnly: true };
