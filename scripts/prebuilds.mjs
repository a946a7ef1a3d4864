// Makes the prebuilt addons of the package: `npm run prebuilds` all of them, `npm run prebuilds -- x64-musl` those that are
// named. A target whose compiler is not here is left out, and said; with --required that is a failure.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { TARGETS, whyNot } from './prebuild-targets.mjs';

const ROOT = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const PREBUILDIFY = join(require.resolve('prebuildify/package.json'), '..', 'bin.js');
const SHIM = join(import.meta.dirname, 'prebuild-shim.mjs');

/**
 * prebuildify builds in a folder of the target's own, so that the addon of this machine stays in build/Release.
 * @returns {boolean} whether it was made
 */
function build(name, { arch }) {
  const folder = join(ROOT, 'build', `prebuild-${name}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  const libc = name.split('-')[1];
  const options = ['--napi', '--arch', arch, '--tag-libc', libc, '--cwd', folder, '--out', ROOT, '--node-gyp', SHIM];
  const env = { ...process.env, PREBUILD_TARGET: name };
  const { status } = spawnSync(process.execPath, [PREBUILDIFY, ...options], { stdio: 'inherit', env });
  if (status !== 0) return false;
  const file = join(ROOT, 'prebuilds', `linux-${arch}`, `node-lto.${libc}.node`);
  process.stdout.write(`prebuilds: ${file}, ${statSync(file).size} bytes\n`);
  return true;
}

const words = process.argv.slice(2);
const named = words.filter((word) => !word.startsWith('-'));
const unknown = named.filter((name) => !Object.hasOwn(TARGETS, name));
if (unknown.length > 0)
  throw new Error(`no target ${unknown.join(', ')}: there are ${Object.keys(TARGETS).join(', ')}`);

for (const [name, target] of Object.entries(TARGETS)) {
  if (named.length > 0 && !named.includes(name)) continue;
  const why = whyNot(target);
  if (why !== undefined) process.stderr.write(`prebuilds: ${name} is left out: ${why}\n`);
  const isMade = why === undefined && build(name, target);
  if (!isMade && (why === undefined || words.includes('--required'))) process.exitCode = 1;
}
