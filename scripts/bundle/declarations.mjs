// The declarations of the entries of the package, each with all types that it names.
import { join } from 'node:path';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';

/** @param {string} from folder of tsc's declarations @param {string} to @param {readonly string[]} entries without endings */
export async function bundleDeclarations(from, to, entries) {
  const input = Object.fromEntries(entries.map((entry) => [entry, join(from, `${entry}.d.ts`)]));
  const bundle = await rollup({ input, plugins: [dts()], external: /^node:/, onLog });
  await bundle.write({
    dir: to,
    format: 'es',
    entryFileNames: '[name].d.ts',
    chunkFileNames: 'chunks/[name].d.ts',
    // All that the entries share in one file.
    manualChunks: (id) => (Object.values(input).includes(id) ? undefined : 'types'),
  });
  await bundle.close();
}

function onLog(level, { message }, log) {
  // Types that only others are made of are no part of the package's surface, on purpose.
  if (!message.includes('private shared type')) log(level, message);
}
