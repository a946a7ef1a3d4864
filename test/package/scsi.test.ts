import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { compiledModules } from '../support/compiled.js';

const run = promisify(execFile);
const compiled = compiledModules();
const SOURCES = fileURLToPath(new URL('../../src/scsi', import.meta.url));

/** What the codecs are made of, and nobody outside has a use for. */
const INTERNAL: readonly string[] = [
  // Rows of LTO_FORMATS.
  'generations/older-rows.ts: OLDER_ROWS',
  'log/entry.ts: counter',
  'log/entry.ts: entry',
  'mode/page.ts: wholePage',
  'mode/page.ts: withModePageHeader',
  'wire/structures.ts: sizeByHeader',
  'wire/structures.ts: splitStructures',
];

/** Runs a module in the folder of the compiled package, where `node-lto` is the package itself. */
async function inPackage(source: string): Promise<unknown> {
  const cwd = dirname(dirname(compiled.path('index.js')));
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', source], { cwd });
  return JSON.parse(stdout);
}

it('node-lto/scsi has every codec', async () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  const modules = files.filter((file) => file.endsWith('.ts') && !file.endsWith('index.ts'));
  expect(modules.length).toBeGreaterThan(30);
  const missing = (await inPackage(`
    import * as scsi from 'node-lto/scsi';
    const known = new Set([scsi, ...Object.values(scsi)].flatMap((each) => [each, ...Object.values(each)]));
    const missing = [];
    for (const file of ${JSON.stringify(modules)}) {
      const exported = await import('./lib/scsi/' + file.replace(/ts$/, 'js'));
      for (const [name, value] of Object.entries(exported)) if (!known.has(value)) missing.push(file + ': ' + name);
    }
    console.log(JSON.stringify(missing.sort()));
  `)) as string[];
  expect(missing).toEqual(INTERNAL);
});

it('node-lto/scsi reads and writes without a drive', async () => {
  expect(
    await inPackage(`
      import { decodeLogPage, decodeLogValues, encodeLogValues, logSense, TEMPERATURES, VOLUME_STATISTICS } from 'node-lto/scsi';
      const page = encodeLogValues(VOLUME_STATISTICS, { mounts: 7 });
      const { values } = decodeLogValues(VOLUME_STATISTICS, decodeLogPage(page));
      console.log(JSON.stringify({ values, cdb: [...logSense(TEMPERATURES.page).cdb] }));
    `),
  ).toEqual({ values: { mounts: 7 }, cdb: [0x4d, 0, 0x4d, 0, 0, 0, 0, 0xff, 0xff, 0] });
});
