import { fileURLToPath } from 'node:url';
import type { extractArchive } from '../../src/archive/extract.js';
import type { listArchive } from '../../src/archive/list.js';
import { compiledSources } from './compiled.js';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

/** The extractor, compiled: its thread runs JavaScript. With the addon of this package, which compiled sources lie apart from. */
export function compiledExtractor(): {
  /** Of the module of `extractArchive`. */
  readonly url: string;
  load: () => Promise<{ extractArchive: typeof extractArchive; listArchive: typeof listArchive }>;
} {
  const compiled = compiledSources();
  process.env.NODE_LTO_PREBUILD ??= PACKAGE;
  return {
    get url() {
      return compiled.url('archive/extract.js');
    },
    load: async () => {
      const { extractArchive } = await import(compiled.url('archive/extract.js'));
      const { listArchive } = await import(compiled.url('archive/list.js'));
      return { extractArchive, listArchive };
    },
  };
}
