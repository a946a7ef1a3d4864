import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll } from 'vitest';

const SOURCES = fileURLToPath(new URL('../../src', import.meta.url));

/** JavaScript of all sources, for child processes, in a folder that is gone after the test file. */
export function compiledSources(): { url: (source: string) => string } {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'node-lto-compiled-'));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    const sources = (await readdir(SOURCES, { recursive: true })).filter((name) => name.endsWith('.ts'));
    for (const name of sources) await compile(name, folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return { url: (source) => pathToFileURL(join(folder, source)).href };
}

async function compile(name: string, folder: string): Promise<void> {
  const { outputText } = ts.transpileModule(await readFile(join(SOURCES, name), 'utf8'), {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
  });
  const target = join(folder, name.replace(/\.ts$/, '.js'));
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, outputText);
}
