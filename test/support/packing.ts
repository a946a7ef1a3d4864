import { fileURLToPath } from 'node:url';
import type { packFolder } from '../../src/archive/pack/pack-folder.js';
import { compiledSources } from './compiled.js';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

/** The packer, compiled: its thread runs JavaScript. With the addon of this package, which compiled sources lie apart from. */
export function compiledPacker(): { load: () => Promise<typeof packFolder> } {
  const compiled = compiledSources();
  process.env.NODE_LTO_PREBUILD ??= PACKAGE;
  return {
    load: async () => {
      const module = await import(compiled.url('archive/pack/pack-folder.js'));
      return module.packFolder;
    },
  };
}
