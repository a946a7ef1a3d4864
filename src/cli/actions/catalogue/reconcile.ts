import { reconcile } from '../../../catalogue/tape/reconcile.js';
import type { KeystoreOptions } from '../../input/keystore.js';
import { keysOf } from '../../input/keystore-keys.js';
import { facts } from '../../output/table.js';
import type { CommonOptions } from '../../run/action.js';
import { type ArchiveDevice, withArchiveProvider } from '../../run/archive-provider.js';
import { type CatalogueOptions, withCatalogue } from '../../run/catalogue.js';
import { interruptible } from '../../run/interrupt.js';

interface ReconcileCommandOptions extends CommonOptions, CatalogueOptions, KeystoreOptions, ArchiveDevice {
  readonly verify?: boolean;
}

const AGREES = 'the catalogue agrees with the cartridge: --verify also reads what is in the archives';

/** Compares the catalogue with a cartridge. */
export function reconcileCartridge(options: ReconcileCommandOptions, cartridge: string) {
  return withCatalogue(options, async (catalogue) => {
    const found = await withArchiveProvider(options, keysOf(options), (provider) =>
      interruptible(({ signal }) => reconcile(catalogue, provider, cartridge, { verify: options.verify, signal })),
    );
    const names = (list: readonly string[]) => (list.length === 0 ? undefined : list.join(', '));
    const rows = facts([
      ['now durable', names(found.durable)],
      ['found on tape', names(found.found)],
      ['lost', names(found.lost)],
      ['not proven without --verify', names(found.unproven)],
    ]);
    return { document: found, text: rows === '' ? AGREES : rows };
  });
}
