import { rebuild } from '../../../catalogue/tape/rebuild.js';
import type { ScannedFile } from '../../../provider/scan/scanned-file.js';
import type { KeystoreOptions } from '../../input/keystore.js';
import { keysOf } from '../../input/keystore-keys.js';
import { note } from '../../output/notes.js';
import { facts } from '../../output/table.js';
import type { CommonOptions } from '../../run/action.js';
import { type ArchiveDevice, withArchiveProvider } from '../../run/archive-provider.js';
import { type CatalogueOptions, withCatalogue } from '../../run/catalogue.js';
import { interruptible } from '../../run/interrupt.js';

interface RebuildCommandOptions extends CommonOptions, CatalogueOptions, KeystoreOptions, ArchiveDevice {
  readonly index?: boolean;
}

/** Makes the catalogue anew from cartridges. */
export function rebuildCatalogue(options: RebuildCommandOptions, cartridges: readonly string[]) {
  const onFile = ({ fileNumber, kind, state }: ScannedFile, cartridge: string) => {
    if (!options.json) note(`${cartridge}, file ${fileNumber}: ${kind ?? state}`);
  };
  return withCatalogue(options, async (catalogue) => {
    const report = await withArchiveProvider(options, keysOf(options), (provider) =>
      interruptible(({ signal }) => rebuild(catalogue, provider, cartridges, { index: options.index, signal, onFile })),
    );
    const text = facts([
      ['from the index', report.fromIndex.length],
      ['by reading', report.found.length],
      ['lost', report.lost.length],
    ]);
    return { document: report, text };
  });
}
