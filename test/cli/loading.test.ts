import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, expect, it } from 'vitest';
import { compiledModules } from '../support/compiled.js';
import { ltoCommand } from './support.js';

const execute = promisify(execFile);
const lto = ltoCommand();
const modules = compiledModules();

/** URLs of all scripts that a run of the command loads, as V8 counts them. */
async function loadedBy(...args: readonly string[]): Promise<readonly string[]> {
  const counts = lto.path('counts');
  await execute(process.execPath, [modules.path('cli/main.js'), ...args], {
    env: { ...process.env, NODE_V8_COVERAGE: counts },
  });
  const files = await readdir(counts);
  const reports = await Promise.all(files.map((name) => readFile(join(counts, name), 'utf8')));
  return reports.flatMap((report): string[] => JSON.parse(report).result.map(({ url }: { url: string }) => url));
}

beforeEach(async () => {
  await lto.document(['virtual', 'create', 'drive']);
  await mkdir(lto.path('folder'));
  await writeFile(lto.path('folder', 'file'), 'content');
});

it('loads no work of any command to tell its version', async () => {
  const loaded = await loadedBy('--version');
  expect(loaded.filter((url) => url.endsWith('/cli/main.js'))).toHaveLength(1);
  const work = /\/cli\/actions\/|\/tape\/tape-drive\.js|\/virtual\/virtual-drive\.js|\/node_modules\/(?!commander\/)/;
  expect(loaded.filter((url) => work.test(url))).toEqual([]);
});

it('loads only what it uses to write a folder', async () => {
  const loaded = await loadedBy('write', '--device', `virtual:${lto.path('drive')}`, lto.path('folder'));
  expect(loaded.filter((url) => url.endsWith('/tape/tape-drive.js'))).toHaveLength(1);
  const unused = /\/cli\/actions\/(?!media\/write\.js)|\/provider\/|\/node_modules\/(?:zod|cli-progress)\//;
  expect(loaded.filter((url) => unused.test(url))).toEqual([]);
});

it.each([
  ['longer than a name can be', 'x'.repeat(300)],
  ['below a file', '/dev/null/folder'],
])('tells of an argument that cannot be looked at as the command does: %s', async (_what, argument) => {
  const { stderr, code } = await lto.run(['write', '--device', `virtual:${lto.path('drive')}`, argument]);
  expect(stderr).toMatch(/^lto: .*\[LTO_FILE\]\n$/);
  expect(code).not.toBe(0);
});
