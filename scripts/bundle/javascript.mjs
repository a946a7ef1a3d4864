// The JavaScript of the package in few files, and the licences of what is in them.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { chunkNames } from './chunks.mjs';
import { inlineFacades } from './facades.mjs';
import { licencesOf } from './licences.mjs';
import { MINIFY, threadScripts } from './threads.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCE = join(ROOT, 'src/');
/** Databases that are loaded where one is named: the user installs them. */
const FOREIGN = ['pg', 'node-sqlite3-wasm'];
const OPTIONS = {
  cwd: ROOT,
  platform: 'node',
  logLevel: 'warn',
  external: FOREIGN,
  preserveEntrySignatures: 'allow-extension',
};

/** Entries of the package, without the endings of their names. */
export const ENTRIES = ['index', 'archive/index', 'scsi/index', 'catalogue/index', 'tapehoard/index', 'cli/main'];

/**
 * @param {string} folder whose content is replaced @param {readonly string[]} entries without the endings of their names
 * @returns names of modules that are imported and not in it
 */
export async function bundleJavaScript(folder, entries = ENTRIES) {
  const input = Object.fromEntries(entries.map((name) => [name, join(SOURCE, `${name}.ts`)]));
  const modules = [];
  const bundle = await rolldown({
    ...OPTIONS,
    input,
    plugins: [threadScripts(OPTIONS, modules), requireOfBuiltins()],
  });
  empty(folder);
  const { output } = await bundle.write({
    dir: folder,
    format: 'esm',
    minify: MINIFY,
    comments: false,
    chunkFileNames: 'chunks/[name].js',
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [{ name: chunkNames(SOURCE), debugName: 'files' }],
    },
  });
  await bundle.close();
  for (const { fileName } of output) inAscii(join(folder, fileName));
  inlineFacades(
    join(folder, 'chunks'),
    entries.map((name) => join(folder, `${name}.js`)),
  );
  writeFileSync(
    join(folder, 'LICENSES.txt'),
    licencesOf([...modules, ...output.flatMap(({ moduleIds = [] }) => moduleIds)]),
  );
  const own = new Set(output.map(({ fileName }) => fileName));
  const imported = output.flatMap(({ imports = [], dynamicImports = [] }) => [...imports, ...dynamicImports]);
  return [...new Set(imported)].filter((name) => !own.has(name) && !isBuiltin(name));
}

/**
 * Other people's code requires modules of Node.js only. `createRequire` takes `import.meta.url`, which is empty where the
 * package is bundled again as CommonJS.
 */
function requireOfBuiltins() {
  const OWN = /\b__require\s*=[^;]*createRequire\(import\.meta\.url\)[^;]*;/;
  return {
    name: 'require-of-builtins',
    renderChunk: (code, { name }) => {
      if (name !== 'rolldown-runtime') return null;
      if (!OWN.test(code)) throw new Error('the run-time of the bundle has no __require any more');
      return code.replace(OWN, '__require = (name) => process.getBuiltinModule(name);');
    },
  };
}

/**
 * V8 takes two bytes for each character of a source with one that is not of Latin-1, and reads UTF-8 more slowly than ASCII.
 * Such characters are only in strings, templates and patterns, where an escape sequence stands for the same.
 */
function inAscii(path) {
  const code = readFileSync(path, 'utf8');
  if (/\\[^\0-\x7f]/.test(code)) throw new Error(`${path} has a character after a backslash that cannot be escaped`);
  const escaped = code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  if (escaped !== code) writeFileSync(path, escaped);
}

/** Not the folder itself: someone may have it open. */
function empty(folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
}
