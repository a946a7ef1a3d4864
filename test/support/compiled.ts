import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll } from 'vitest';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = join(PACKAGE, 'src');

/** JavaScript of all sources, for child processes, laid out as the package is; gone after the test file. */
export function compiledSources(): { path: (source: string) => string; url: (source: string) => string } {
  let folder = '';
  beforeAll(async () => {
    // Within the package, so that its dependencies are found.
    await mkdir(join(PACKAGE, 'build'), { recursive: true });
    folder = await mkdtemp(join(PACKAGE, 'build', 'compiled-'));
    await copyFile(join(PACKAGE, 'package.json'), join(folder, 'package.json'));
    const sources = (await readdir(SOURCES, { recursive: true })).filter((name) => name.endsWith('.ts'));
    for (const name of sources) await compile(name, join(folder, 'lib'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const path = (source: string) => join(folder, 'lib', source);
  return { path, url: (source) => pathToFileURL(path(source)).href };
}

async function compile(name: string, folder: string): Promise<void> {
  const { outputText } = ts.transpileModule(await readFile(join(SOURCES, name), 'utf8'), {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
  });
  const target = join(folder, name.replace(/\.ts$/, '.js'));
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, outputText);
}
