import { closed } from '../../streams/closed.js';
import type { BlockProtection } from '../../tape/block-protection/options.js';
import type { KeystoreOptions } from '../input/keystore.js';
import { keysOf } from '../input/keystore-keys.js';
import { askToRead, requireTerminal } from '../input/next-cartridge.js';
import { withProgress } from '../output/progress.js';
import type { Fact } from '../output/table.js';
import { formatBytes } from '../output/units.js';
import { namesCartridge } from '../run/cartridge-options.js';
import type { DeviceOptions } from '../run/device.js';
import { interruptible } from '../run/interrupt.js';
import { interruptedError } from '../run/interrupted-drive.js';
import { withProvider } from '../run/provider.js';
import type { Consume } from './read-file.js';
import { readReceipt, type SpannedReceipt } from './spanned-receipt.js';

export interface SpannedOptions extends DeviceOptions, KeystoreOptions {
  readonly protection?: BlockProtection;
}

/**
 * Reads an archive from all its cartridges, and checks each part against the receipt's checksum. A library mounts the
 * cartridges; for a drive, they are requested on the terminal.
 */
export async function readSpanned(options: SpannedOptions, path: string, consume: Consume): Promise<SpannedReceipt> {
  const receipt = await readReceipt(path);
  const { parts, totalBytes } = receipt;
  const [first] = parts;
  // The receipt names the cartridges, so `--library` needs no barcode.
  const named = options.library === undefined ? options : { ...options, barcode: first.cartridge };
  const isBrought = namesCartridge(named);
  if (!isBrought && parts.length > 1) {
    requireTerminal(`the archive is on ${parts.length} cartridges`, 'Run it on a terminal, or name a library with -l');
  }
  await withProvider(named, { protection: options.protection }, { keyStore: keysOf(options) }, (provider) =>
    interruptible(async ({ signal, received }) => {
      let bytes = 0;
      const identify = () => provider.identifyMedia({ allowIntrusive: true, signal });
      try {
        await withProgress({ label: 'reading', total: totalBytes, done: () => bytes }, async (progress) => {
          const onNextCartridge = async ({ cartridge }: { readonly cartridge: string }) => {
            if (isBrought) return;
            const before = parts[parts.findIndex((part) => part.cartridge === cartridge) - 1] ?? first;
            await provider.finalizeMedia(before.cartridge, { signal });
            await progress.paused(() => askToRead(cartridge, identify));
          };
          const stream = await provider.readArchive(first.cartridge, first.location, {
            signal,
            ...(parts.length > 1 ? { parts, onNextCartridge } : { expectedChecksum: first.checksum }),
          });
          // Paused, because a `data` listener would start the flow.
          stream.pause().on('data', (chunk: Buffer) => {
            bytes += chunk.length;
          });
          await consume(stream, signal);
          await closed(stream);
        });
      } catch (error) {
        const name = received();
        throw name ? await interruptedError({ device: options.device }, name, error) : error;
      }
    }),
  );
  return receipt;
}

/** The receipt as rows of text. */
export function spannedFacts({ parts, totalBytes, totalChecksum }: SpannedReceipt): readonly Fact[] {
  return [
    ['cartridges', parts.map(({ cartridge }) => cartridge).join(', ')],
    ['bytes', `${totalBytes} (${formatBytes(totalBytes)})`],
    ['checksum', totalChecksum],
  ];
}
