import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const TYPEDOC = join(dirname(createRequire(import.meta.url).resolve('typedoc/package.json')), 'bin', 'typedoc');

/** The pages of a folder, by their paths in it. */
async function pagesOf(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.md')).toSorted();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  );
}

it('docs/api is what typedoc makes of the docstrings; `npm run docs:api` writes it anew', {
  timeout: 400_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lto-api-'));
  try {
    await promisify(execFile)(process.execPath, [TYPEDOC, '--out', folder], { cwd: PACKAGE });
    const made = await pagesOf(folder);
    const committed = await pagesOf(join(PACKAGE, 'docs', 'api'));
    expect(made.size).toBeGreaterThan(40);
    expect([...committed.keys()]).toEqual([...made.keys()]);
    // By page, so that a failure shows one difference and not all of them.
    expect([...made].filter(([name, text]) => committed.get(name) !== text).map(([name]) => name)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
