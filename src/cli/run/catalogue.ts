import { type Catalogue, openCatalogue } from '../../catalogue/index.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { closedAfter } from './closing.js';

/** The option of `catalogueFlag`. */
export interface CatalogueOptions {
  readonly catalogue?: string | undefined;
}

/** Opens the catalogue that the options or LTO_CATALOGUE name, and closes it even if `work` fails. */
export async function withCatalogue<T>(
  { catalogue: location = process.env.LTO_CATALOGUE }: CatalogueOptions,
  work: (catalogue: Catalogue) => Promise<T>,
): Promise<T> {
  if (!location) {
    throw new InvalidArgumentError('no catalogue is named', {
      next: 'Name one with --catalogue or LTO_CATALOGUE: a file, which is made, or postgresql://user@host/database',
    });
  }
  const catalogue = await openCatalogue(location);
  return closedAfter(work(catalogue), () => catalogue.close());
}
