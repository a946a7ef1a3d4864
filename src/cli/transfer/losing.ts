import type { Catalogue, CataloguedCartridge } from '../../catalogue/index.js';
import { LabelError, type LtoError } from '../../errors/index.js';
import { isSameCartridge } from '../../library/same-cartridge.js';
import type { CatalogueChange } from '../../provider/record/changes.js';
import { asLtoError } from '../../provider/record/recording.js';
import { warn } from '../output/notes.js';
import type { KnownCartridge } from './cartridge-names.js';

/** A cartridge of which something is about to be destroyed. */
export type Losing = Pick<KnownCartridge, 'names' | 'mediumSerial'>;

/**
 * Tells the catalogue that the cartridge has nothing any more from file `from` on. To be called when it is proven that the
 * user means this cartridge, and before the first record: whatever happens then, the catalogue does not promise what is
 * gone. A failing catalogue does not stop the work: resolves with why it does not know, which stderr has been told.
 */
export async function tellLoss(
  catalogue: Catalogue | undefined,
  cartridge: Losing | undefined,
  from = 0,
): Promise<LtoError | undefined> {
  if (catalogue === undefined || cartridge === undefined) return undefined;
  try {
    const records = (await catalogue.cartridges()).filter((record) => isOf(record, cartridge));
    await catalogue.apply(
      records.flatMap(({ cartridge: name }): CatalogueChange[] => [
        { type: 'cartridge', cartridge: name, seenAt: Date.now() },
        { type: 'overwritten', cartridge: name, from },
      ]),
    );
    return undefined;
  } catch (reason) {
    const failure = asLtoError(reason);
    warn(`the catalogue still has what is destroyed now: ${failure.message}; run lto catalogue reconcile`);
    return failure;
  }
}

/** Rejects with LabelError if the catalogue has archives on another cartridge of this name. */
export async function requireOwnName(
  catalogue: Catalogue,
  name: string,
  { mediumSerial }: Pick<Losing, 'mediumSerial'>,
  device: string,
): Promise<void> {
  const other = (await catalogue.cartridges()).find((record) => {
    return isSameCartridge(record.cartridge, name) && isOtherMedium(record, mediumSerial) && record.archives > 0;
  });
  if (other === undefined) return;
  const { cartridge, archives, mediumSerial: serial } = other;
  throw new LabelError(
    `the catalogue has ${archives} ${archives === 1 ? 'archive' : 'archives'} on another cartridge ${JSON.stringify(cartridge)}, with the serial number ${serial}, and this one has ${mediumSerial}`,
    {
      device,
      operation: 'write label',
      next: `Nothing was written: take another name, or if that cartridge is gone for good, run \`lto catalogue forget --cartridge ${cartridge}\` first`,
    },
  );
}

/** By the serial number, which no label changes; by name only where one of the two is unknown. */
function isOf(record: CataloguedCartridge, { names, mediumSerial }: Losing): boolean {
  if (record.mediumSerial !== undefined && mediumSerial !== undefined) return record.mediumSerial === mediumSerial;
  return names.some((name) => isSameCartridge(record.cartridge, name));
}

function isOtherMedium(record: CataloguedCartridge, mediumSerial: string | undefined): boolean {
  return record.mediumSerial !== undefined && mediumSerial !== undefined && record.mediumSerial !== mediumSerial;
}
