import type { CataloguedArchive, CataloguedCartridge } from '../../../catalogue/index.js';
import { table } from '../../output/table.js';
import { formatBytes } from '../../output/units.js';
import type { CommonOptions } from '../../run/action.js';
import { type CatalogueOptions, withCatalogue } from '../../run/catalogue.js';

/** Cartridges and archives of the catalogue. */
export function listCatalogue(options: CommonOptions & CatalogueOptions & { readonly cartridge?: string }) {
  const { cartridge } = options;
  return withCatalogue(options, async (catalogue) => {
    const archives = await catalogue.archives({ cartridge });
    const cartridges = (await catalogue.cartridges()).filter(
      (one) => cartridge === undefined || one.cartridge === cartridge,
    );
    const text =
      cartridges.length === 0 ? 'nothing recorded' : `${cartridgeTable(cartridges)}\n\n${archiveTable(archives)}`;
    return { document: { cartridges, archives }, text };
  });
}

function cartridgeTable(cartridges: readonly CataloguedCartridge[]): string {
  const rows = cartridges.map(({ cartridge, archives, archiveBytes, pool = '', place = '' }) => {
    return [cartridge, String(archives), formatBytes(archiveBytes), pool, place];
  });
  return table(['cartridge', 'archives', 'size', 'pool', 'place'], rows);
}

function archiveTable(archives: readonly CataloguedArchive[]): string {
  const rows = archives.map(({ archive, state, parts, bytes, members, createdAt }) => {
    const where = parts.map(({ cartridge, fileNumber }) => `${cartridge}:${fileNumber}`).join(' ');
    const written = new Date(createdAt).toISOString().slice(0, 19).replace('T', ' ');
    return [where, state, formatBytes(bytes), String(members), written, archive];
  });
  return table(['where', 'state', 'size', 'members', 'written', 'archive'], rows);
}
