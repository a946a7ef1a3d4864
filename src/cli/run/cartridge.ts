import { holdAlone } from '../../library/mount/held-drive.js';
import { CartridgeMounts } from '../../library/mount/mounts.js';
import { DEFAULT_MOUNT_POLICY } from '../../library/mount/policy.js';
import { isSameCartridge } from '../../library/same-cartridge.js';
import { TapeLibrary } from '../../library/tape-library.js';
import type { OpenOptions } from '../../tape/open/open-transport.js';
import { TapeDrive } from '../../tape/tape-drive.js';
import { type CartridgeOptions, requireCartridge } from './cartridge-options.js';
import { closedAfter } from './closing.js';
import { interruptible } from './interrupt.js';
import { tellMountEvent } from './mount-events.js';

/**
 * Mounts a cartridge of a library in a drive for `work`. A cartridge that was already in a drive stays there; any other
 * is put back afterwards, even if `work` fails.
 */
export async function withCartridge<T>(
  { keep = false, ...named }: CartridgeOptions,
  work: (drive: TapeDrive) => Promise<T>,
  open: OpenOptions,
): Promise<T> {
  const { library: device, barcode } = requireCartridge(named);
  const library = await TapeLibrary.open(device);
  try {
    const hold = (node: string) => holdAlone(node, (name) => TapeDrive.open(name, open));
    const mounts = new CartridgeMounts({ library, hold, onEvent: tellMountEvent, isSame: isSameCartridge });
    let leave = keep;
    const brought = async () => {
      const terms = { policy: DEFAULT_MOUNT_POLICY };
      const mount = await interruptible(({ signal }) => mounts.acquire(barcode, terms, signal));
      leave ||= !mount.moved;
      return work(mount.held.drive);
    };
    return await closedAfter(brought(), () => mounts.close({ leave }));
  } finally {
    await library.close();
  }
}
