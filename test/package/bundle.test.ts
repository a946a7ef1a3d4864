// What is shipped in lib/: built anew into a folder of its own, from the sources as they are.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import webpack from 'webpack';
import { bundleJavaScript } from '../../scripts/bundle/javascript.mjs';
import { VERSION } from '../../src/addon/version.js';
import * as sourceOfArchive from '../../src/archive/index.js';
import * as sourceOfCatalogue from '../../src/catalogue/index.js';
import * as source from '../../src/index.js';
import * as sourceOfScsi from '../../src/scsi/index.js';
import * as sourceOfTapeHoard from '../../src/tapehoard/index.js';

const run = promisify(execFile);
const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const MOST_FILES = 60;

let folder = '';
let foreign: readonly string[] = [];
/** A project that has the package installed, and a virtual drive. */
const at = (...path: string[]) => join(folder, ...path);
const installed = (...path: string[]) => at('node_modules', 'node-lto', ...path);

async function node(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout } = await run(process.execPath, args, { cwd: folder, env: { ...process.env, ...env } });
  return stdout;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'node-lto-bundle-'));
  await mkdir(installed(), { recursive: true });
  foreign = await bundleJavaScript(installed('lib'));
  await cp(join(PACKAGE, 'package.json'), installed('package.json'));
  await mkdir(at('tree'));
  await writeFile(at('tree', 'file'), 'content');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Packs, writes, reads back and extracts; tells what is missing without the addon. */
const PROGRAM = `
  import { createVirtualDrive, extractArchive, packFolder, TapeDrive } from 'node-lto';
  const [, , drivePath, tree, target] = process.argv;
  async function main() {
    await createVirtualDrive(drivePath);
    const drive = await TapeDrive.open('virtual:' + drivePath);
    const archive = packFolder(tree);
    await drive.writeFile(archive);
    const { files } = await extractArchive(drive.createReadStream({ fileNumber: 0 }), target);
    await drive.close();
    console.log(JSON.stringify({ files, notKept: archive.summary.notKept }));
  }
  main();
`;

describe('the bundle in lib/', () => {
  it('exports what the sources export', async () => {
    const names = (module: object) => JSON.stringify(Object.keys(module).toSorted());
    const print = (from: string) =>
      `import * as module from '${from}'; console.log(JSON.stringify(Object.keys(module).sort()))`;
    expect((await node(['--input-type=module', '-e', print('node-lto')])).trim()).toBe(names(source));
    expect((await node(['--input-type=module', '-e', print('node-lto/scsi')])).trim()).toBe(names(sourceOfScsi));
    expect((await node(['--input-type=module', '-e', print('node-lto/archive')])).trim()).toBe(names(sourceOfArchive));
    const catalogue = await node(['--input-type=module', '-e', print('node-lto/catalogue')]);
    expect(catalogue.trim()).toBe(names(sourceOfCatalogue));
    const tapehoard = await node(['--input-type=module', '-e', print('node-lto/tapehoard')]);
    expect(tapehoard.trim()).toBe(names(sourceOfTapeHoard));
  });

  it('is of few files, which need no other package, with the licences of those that they hold', async () => {
    const entries = await readdir(installed('lib'), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    // And six of declarations.
    expect(files.length + 6).toBeLessThanOrEqual(MOST_FILES);
    // Asked for where a catalogue on a server is named.
    expect(foreign).toEqual(['pg']);
    expect(await readFile(installed('lib', 'LICENSES.txt'), 'utf8')).toMatch(/^commander .*^ignore .*^zod /ms);
  });

  it('has the command, which reads only what it needs to write a folder and to extract it', async () => {
    const main = installed('lib', 'cli', 'main.js');
    const device = ['-d', `virtual:${at('small')}`];
    await node([main, 'virtual', 'create', at('small')]);
    for (const [index, args] of [
      ['write', ...device, at('tree')],
      ['read', '0', ...device, '-C', at('small-extracted')],
    ].entries()) {
      const counts = at(`counts-${index}`);
      await node([main, ...args], { NODE_V8_COVERAGE: counts });
      const reports = await Promise.all((await readdir(counts)).map((name) => readFile(join(counts, name), 'utf8')));
      const urls = reports.flatMap((report): string[] =>
        JSON.parse(report).result.map(({ url }: { url: string }) => url),
      );
      expect(urls.filter((url) => url.endsWith('/chunks/embedded.js')).length).toBeGreaterThan(0);
      const unused = /\/chunks\/(?:zod|catalogue|provider|library|keys|virtual|command-work|command-output)\.js$/;
      expect(urls.filter((url) => unused.test(url))).toEqual([]);
    }
  });

  it('has the command, which tells its version without its package.json', async () => {
    await rm(installed('package.json'));
    try {
      expect(await node([installed('lib', 'cli', 'main.js'), '--version'])).toBe(`${VERSION}\n`);
    } finally {
      await cp(join(PACKAGE, 'package.json'), installed('package.json'));
    }
    expect(JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8')).version).toBe(VERSION);
  });

  it('writes and restores a folder by the command', async () => {
    const lto = (...args: string[]) => node([installed('lib', 'cli', 'main.js'), ...args]);
    await lto('virtual', 'create', at('drive'));
    const drive = ['--device', `virtual:${at('drive')}`];
    await lto('write', ...drive, at('tree'));
    await lto('read', ...drive, '0', '-C', at('restored'));
    expect(await readFile(at('restored', 'tree', 'file'), 'utf8')).toBe('content');
  });
});

type Format = 'esm' | 'cjs';
type Bundle = (entry: string, folder: string, file: string, format: Format) => Promise<void>;

const BUNDLERS: Readonly<Record<string, Bundle>> = {
  esbuild: async (entry, folder, file, format) => {
    await build({
      entryPoints: [entry],
      outfile: join(folder, file),
      bundle: true,
      platform: 'node',
      format,
      logLevel: 'error',
      logOverride: { 'empty-import-meta': 'silent' },
    });
  },
  webpack: (entry, folder, file, format) =>
    new Promise((resolve, reject) => {
      const isModule = format === 'esm';
      const output = {
        path: folder,
        filename: file,
        chunkFormat: isModule ? 'module' : 'commonjs',
        module: isModule,
      } as const;
      const options = {
        mode: 'none',
        target: 'node20',
        entry,
        output,
        experiments: { outputModule: isModule },
      } as const;
      webpack(options, (error, stats) => {
        if (error || stats?.hasErrors()) reject(error ?? new Error(stats?.toString()));
        else resolve();
      });
    }),
};

const ADDON = join(PACKAGE, 'build', 'Release', 'node-lto.node');
const WITHOUT = ['extended attributes'];

describe.each(['esm', 'cjs'] as const)('a bundle of it as %s', (format) => {
  const file = `program.${format === 'esm' ? 'mjs' : 'cjs'}`;

  it.each(Object.entries(BUNDLERS))('by %s has its threads, and finds the addon beside it', async (bundler, bundle) => {
    const out = at('out', bundler, format);
    await writeFile(at('program.mjs'), PROGRAM);
    await bundle(at('program.mjs'), out, file, format);
    // A bundle is moved to where nothing of the package is.
    const place = await mkdtemp(join(tmpdir(), 'node-lto-moved-'));
    try {
      await cp(out, place, { recursive: true });
      await rename(installed(), at('away'));
      const attempt = async (name: string, env: NodeJS.ProcessEnv = {}) => {
        const args = [join(place, file), join(place, `drive-${name}`), at('tree'), join(place, name)];
        return JSON.parse(await node(args, env));
      };
      expect(await attempt('without')).toEqual({ files: 1, notKept: WITHOUT });
      expect(await readFile(join(place, 'without', 'tree', 'file'), 'utf8')).toBe('content');
      if (!existsSync(ADDON)) return;
      expect(await attempt('named', { NODE_LTO_PREBUILD: PACKAGE })).toEqual({ files: 1, notKept: [] });
      await cp(ADDON, join(place, 'node-lto.node'));
      expect(await attempt('beside')).toEqual({ files: 1, notKept: [] });
    } finally {
      await rename(at('away'), installed());
      await rm(place, { recursive: true, force: true });
    }
  });
});
