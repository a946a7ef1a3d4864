// Puts the text of the threads' scripts in place of their URLs: see src/archive/pack/thread-script.ts.
import { basename, dirname, join } from 'node:path';
import { rolldown } from 'rolldown';

/** By the rooms of `src/archive/`: the constant, and the script beside it. */
const SCRIPTS = { pack: ['PACKER', 'packer-thread.ts'], extract: ['READER', 'worker.ts'] };

/**
 * @param {object} options of the bundle @param {string[]} modules takes the paths of what is in the scripts
 * @returns {import('rolldown').Plugin}
 */
export function threadScripts(options, modules) {
  return {
    name: 'thread-scripts',
    load: {
      filter: { id: /[\\/]archive[\\/]\w+[\\/]thread-script\.ts$/ },
      handler: async (id) => {
        const folder = dirname(id);
        const [name, file] = SCRIPTS[basename(folder)];
        const { code, moduleIds } = await makeScript(join(folder, file), options);
        modules.push(...moduleIds);
        return { code: `export const ${name} = { code: ${JSON.stringify(code)}, isText: true };`, moduleType: 'js' };
      },
    },
  };
}

/** One file in CommonJS, which is what a thread takes as text. */
async function makeScript(input, options) {
  const bundle = await rolldown({ ...options, input });
  const { output } = await bundle.generate({ format: 'cjs', codeSplitting: false, minify: MINIFY, comments: false });
  await bundle.close();
  const [script, ...others] = output;
  if (others.length > 0) throw new Error(`${input} has become ${output.length} files`);
  return script;
}

/** Names of functions and classes stay, and those of a module: a stack trace can be read. */
export const MINIFY = {
  compress: { keepNames: { function: true, class: true } },
  mangle: { toplevel: false, keepNames: true },
  codegen: { removeWhitespace: true },
};
