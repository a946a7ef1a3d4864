import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll } from 'vitest';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
/** Within the package, so that its dependencies are found. */
const CACHE = join(PACKAGE, 'build', 'compiled');
/** What the outcome depends on, besides the sources. */
const INGREDIENTS = ['package.json', 'node_modules/typescript/package.json', 'test/support/compiled.ts'];
/** What other sources have left is removed after this time, when nothing can use it any more. */
const KEPT_MS = 24 * 3_600_000;

/**
 * JavaScript of all sources, and the examples, for child processes, laid out as the package is. Made once for all test
 * files and runs, until a source changes: nobody writes into it.
 */
export function compiledSources(): { path: (source: string) => string; url: (source: string) => string } {
  let folder = '';
  beforeAll(async () => {
    folder = await compiledOnce();
  });
  const path = (source: string) => join(folder, 'lib', source);
  return { path, url: (source) => pathToFileURL(path(source)).href };
}

async function compiledOnce(): Promise<string> {
  const sources = await readSources();
  const folder = join(CACHE, await fingerprint(sources));
  if (await exists(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  await removeOld();
  const made = await mkdtemp(`${folder}-`);
  await compile(sources, join(made, 'lib'));
  await cp(join(PACKAGE, 'package.json'), join(made, 'package.json'));
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
  const examples = (await readdir(join(PACKAGE, 'examples'))).toSorted().map((name) => `examples/${name}`);
  for (const name of [...INGREDIENTS, ...examples]) hash.update(name).update(await readFile(join(PACKAGE, name)));
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

async function compile(sources: readonly [string, string][], folder: string): Promise<void> {
  // Loaded only here: it takes most of a second.
  const { default: ts } = await import('typescript');
  const compilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
  };
  for (const [name, source] of sources) {
    const target = join(folder, name.replace(/\.ts$/, '.js'));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, ts.transpileModule(source, { compilerOptions }).outputText);
  }
}
