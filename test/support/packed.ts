import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll } from 'vitest';

const run = promisify(execFile);
const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
/** What the build and `npm pack` take, beside the installed modules. */
const SOURCES = [
  'package.json',
  'README.md',
  'LICENSE',
  'CMakeLists.txt',
  'binding.d.ts',
  'man',
  'native',
  'scripts',
  'src',
];
const CONFIGURATIONS = ['tsconfig.json', 'tsconfig.build.json'];
/** Of other packages: what a program in TypeScript needs to use Node.js. */
const TYPES = '@types/node';
const BUILD_MS = 400_000;

export interface Packed {
  /** The bytes that would be published. */
  readonly tarball: () => Promise<Uint8Array>;
  /** A folder of somebody else's, in which the package is installed. */
  readonly folder: () => string;
}

/**
 * Builds the package in a folder of its own, packs it, and installs the tarball as npm would: unpacked, with nothing
 * beside it but the dependencies that its package.json names.
 */
export function packedPackage(): Packed {
  let root = '';
  let tarball = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'node-lto-packed-'));
    const source = join(root, 'source');
    await mkdir(source);
    for (const name of [...SOURCES, ...CONFIGURATIONS]) {
      await cp(join(PACKAGE, name), join(source, name), { recursive: true });
    }
    await symlink(join(PACKAGE, 'node_modules'), join(source, 'node_modules'));
    await run('npm', ['run', '--silent', 'build:ts'], { cwd: source });
    await run('npm', ['run', '--silent', 'prepack'], { cwd: source });
    const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', root], {
      cwd: source,
    });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    tarball = join(root, filename);
    await install(tarball, join(root, 'consumer', 'node_modules'));
  }, BUILD_MS);
  afterAll(() => rm(root, { recursive: true, force: true }));
  return { tarball: () => readFile(tarball), folder: () => join(root, 'consumer') };
}

async function install(tarball: string, modules: string): Promise<void> {
  const target = join(modules, 'node-lto');
  await mkdir(target, { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
  const { dependencies } = JSON.parse(await readFile(join(target, 'package.json'), 'utf8')) as {
    dependencies: Readonly<Record<string, string>>;
  };
  await mkdir(join(modules, '@types'));
  for (const name of [...Object.keys(dependencies), TYPES]) {
    await symlink(join(PACKAGE, 'node_modules', name), join(modules, name));
  }
}
