import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll } from 'vitest';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
/** Within the package, so that its dependencies are found. */
const CACHE = join(PACKAGE, 'build', 'compiled');
/** What the outcome depends on, besides the sources and the scripts of the bundle. */
const INGREDIENTS = [
  'package.json',
  'node_modules/esbuild/package.json',
  'node_modules/rolldown/package.json',
  'test/support/compiled.ts',
];
/** What programs of the tests and the bench import besides the entries of the package. */
const OWN_ENTRIES = [
  'addon/load-addon',
  'archive/encode/text-members',
  'archive/extract',
  'archive/list',
  'archive/pack/pack-folder',
  'backends/linux/linux-transport',
  'backends/virtual/virtual-changer',
  'backends/virtual/virtual-transport',
  'keys/data-key',
  'keys/file-key-store',
  'provider/history/history-file',
  'provider/label/label',
  'scsi/changer/index',
  'tape/stream/file/checksum',
  'tape/stream/memory/memory',
  'tape/stream/write/write-pace',
  'tape/tape-drive',
  'transport/mtio',
  'virtual/drive/speed-model',
  'virtual/index',
  'virtual/iscsi/server',
  'virtual/unit/random',
];
/** What other sources have left is removed after this time, when nothing can use it any more. */
const KEPT_MS = 24 * 3_600_000;

/** Where files of compiled sources are, once the tests of a file begin. */
export interface Compiled {
  readonly path: (source: string) => string;
  readonly url: (source: string) => string;
}

/**
 * JavaScript and the examples for child processes, laid out as the package is: its entries and those of the tests, bundled
 * as they are shipped, which a process loads in half the time. Made once for all test files and runs, until a source
 * changes: nobody writes into it.
 */
export function compiledSources(): Compiled {
  return compiled('');
}

/** The same with each source as a file of its own, for what counts modules or imports any. */
export function compiledModules(): Compiled {
  return compiled('modules');
}

function compiled(layout: string): Compiled {
  let folder = '';
  beforeAll(async () => {
    folder = await compiledOnce();
  });
  const path = (source: string) => join(folder, layout, 'lib', source);
  return { path, url: (source) => pathToFileURL(path(source)).href };
}

async function compiledOnce(): Promise<string> {
  const sources = await readSources();
  const folder = join(CACHE, await fingerprint(sources));
  if (await exists(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  await removeOld();
  const made = await mkdtemp(`${folder}-`);
  const names = sources.map(([name]) => name);
  await compile(names, join(made, 'modules', 'lib'));
  await bundle(join(made, 'lib'));
  for (const layout of ['', 'modules']) await cp(join(PACKAGE, 'package.json'), join(made, layout, 'package.json'));
  await cp(join(PACKAGE, 'examples'), join(made, 'examples'), { recursive: true });
  // Programs of other users read it, too.
  await chmod(made, 0o755);
  try {
    await rename(made, folder);
  } catch (error) {
    // Another run was faster.
    await rm(made, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
  return folder;
}

/** Name and content of each source, by name. */
async function readSources(): Promise<[string, string][]> {
  const root = join(PACKAGE, 'src');
  const names = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.ts')).toSorted();
  return Promise.all(names.map(async (name) => [name, await readFile(join(root, name), 'utf8')]));
}

async function fingerprint(sources: readonly [string, string][]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(sources));
  const listed = ['examples', 'scripts/bundle'].map(async (folder) => {
    return (await readdir(join(PACKAGE, folder))).toSorted().map((name) => `${folder}/${name}`);
  });
  for (const name of [...INGREDIENTS, ...(await Promise.all(listed)).flat()])
    hash.update(name).update(await readFile(join(PACKAGE, name)));
  return hash.digest('hex').slice(0, 16);
}

async function removeOld(): Promise<void> {
  for (const name of await readdir(CACHE)) {
    const path = join(CACHE, name);
    const { mtimeMs = 0 } = (await stat(path).catch(() => undefined)) ?? {};
    if (Date.now() - mtimeMs > KEPT_MS) await rm(path, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function compile(names: readonly string[], folder: string): Promise<void> {
  // Loaded only here, where it is needed.
  const { build } = await import('esbuild');
  const root = join(PACKAGE, 'src');
  await build({
    entryPoints: names.map((name) => join(root, name)),
    outbase: root,
    outdir: folder,
    target: 'es2023',
    format: 'esm',
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    logLevel: 'warning',
  });
}

async function bundle(folder: string): Promise<void> {
  const { bundleJavaScript, ENTRIES } = await import('../../scripts/bundle/javascript.mjs');
  await bundleJavaScript(folder, [...ENTRIES, ...OWN_ENTRIES]);
}
