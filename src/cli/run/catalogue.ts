import { setFlagsFromString } from 'node:v8';
import type { Catalogue } from '../../catalogue/model/catalogue.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { closedAfter } from './closing.js';

/** The option of `catalogueFlag`. */
export interface CatalogueOptions {
  readonly catalogue?: string | undefined;
}

/**
 * Where SQLite is WebAssembly, a short command would spend half of its CPU time on optimized code that it never runs: V8
 * makes it later, for what has run for long, and checks functions when they are first called.
 */
const SHORT_RUN = ['--wasm-tiering-budget=100000000', '--wasm-lazy-validation'];

/** As `withCatalogue`, without one where none is named. */
export function withAnyCatalogue<T>(
  options: CatalogueOptions,
  work: (catalogue: Catalogue | undefined) => Promise<T>,
): Promise<T> {
  const { catalogue = process.env.LTO_CATALOGUE } = options;
  return catalogue ? withCatalogue(options, work) : work(undefined);
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
  for (const flag of SHORT_RUN) setFlagsFromString(flag);
  // Only the store: a command that only asks loads nothing for tapes.
  const { openCatalogue } = await import('../../catalogue/open-catalogue.js');
  const catalogue = await openCatalogue(location);
  return closedAfter(work(catalogue), () => catalogue.close());
}
