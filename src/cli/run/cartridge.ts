import { InvalidArgumentError } from '../../errors/index.js';
import type { MountEvent } from '../../library/mount/events.js';
import { holdAlone } from '../../library/mount/held-drive.js';
import { CartridgeMounts } from '../../library/mount/mounts.js';
import { DEFAULT_MOUNT_POLICY } from '../../library/mount/policy.js';
import { TapeLibrary } from '../../library/tape-library.js';
import type { OpenOptions } from '../../tape/open/open-transport.js';
import { TapeDrive } from '../../tape/tape-drive.js';
import { printText, visible } from '../output/terminal.js';
import type { CartridgeOptions } from './cartridge-options.js';
import { interruptible } from './interrupt.js';

/**
 * Has a library bring a cartridge to a drive for `work`. One that was in a drive before stays there; any other one is put
 * back afterwards, whatever `work` does.
 */
export async function withCartridge<T>(
  { library: device = process.env.LTO_LIBRARY, barcode, keep = false }: CartridgeOptions,
  work: (drive: TapeDrive) => Promise<T>,
  open: OpenOptions,
): Promise<T> {
  if (barcode === undefined) {
    throw new InvalidArgumentError('no cartridge is named', { next: 'Name one with --barcode' });
  }
  if (!device) {
    throw new InvalidArgumentError('no library is named', {
      next: 'Name one with --library or LTO_LIBRARY, such as /dev/sg3 or virtual:<folder>',
    });
  }
  const library = await TapeLibrary.open(device);
  try {
    const hold = (node: string) => holdAlone(node, (name) => TapeDrive.open(name, open));
    const mounts = new CartridgeMounts({ library, hold, onEvent: tell });
    let leave = keep;
    const [outcome] = await Promise.allSettled([
      (async () => {
        const terms = { policy: DEFAULT_MOUNT_POLICY };
        const mount = await interruptible(({ signal }) => mounts.acquire(barcode, terms, signal));
        leave ||= !mount.moved;
        return work(mount.held.drive);
      })(),
    ]);
    const closed = await mounts.close({ leave }).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (outcome.status === 'rejected') throw outcome.reason;
    if (closed) throw closed.error;
    return outcome.value;
  } finally {
    await library.close();
  }
}

function tell(event: MountEvent): void {
  const text = inWords(event);
  if (text !== undefined) printText(process.stderr, `lto: ${visible(text)}`);
}

function inWords(event: MountEvent): string | undefined {
  const drive = `drive ${event.drive}`;
  switch (event.type) {
    case 'brought':
      return event.moved ? `${event.barcode} is in ${drive}` : undefined;
    case 'put-back':
      return `${event.barcode ?? 'a cartridge'} is back from ${drive}`;
    case 'cleaned':
      return `${drive} was cleaned`;
    default:
      return `${drive}: ${event.error.message}`;
  }
}
