#!/usr/bin/env node
// Stands in for node-gyp when prebuildify runs: builds the target of PREBUILD_TARGET by cmake-js, in the folder where
// prebuildify runs, and puts the addon where prebuildify looks for it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compilerOf, TARGETS } from './prebuild-targets.mjs';

const ROOT = join(import.meta.dirname, '..');
const target = TARGETS[process.env.PREBUILD_TARGET];
if (target === undefined) throw new Error('PREBUILD_TARGET names no target: npm run prebuilds sets it');
const folder = process.cwd();
const cmakeJs = createRequire(import.meta.url).resolve('cmake-js/bin/cmake-js');
const settings = [
  'CMAKE_SYSTEM_NAME=Linux',
  `CMAKE_SYSTEM_PROCESSOR=${target.processor}`,
  `CMAKE_CXX_COMPILER=${compilerOf(target, folder)}`,
  // Without symbols for a debugger, by each linker in its own way.
  'CMAKE_MODULE_LINKER_FLAGS=-s',
  // Zig makes no precompiled headers.
  ...(target.zig === undefined ? [] : ['CMAKE_DISABLE_PRECOMPILE_HEADERS=ON']),
].map((setting) => `--CD${setting}`);
const options = ['compile', '--out', join(folder, 'out'), '--arch', target.arch, '--log-level', 'warn', ...settings];
const { status } = spawnSync(process.execPath, [cmakeJs, ...options], { cwd: ROOT, stdio: 'inherit' });
if (status === 0) {
  const release = join(folder, 'build', 'Release');
  mkdirSync(release, { recursive: true });
  copyFileSync(join(folder, 'out', 'Release', 'node-lto.node'), join(release, 'node-lto.node'));
}
process.exitCode = status ?? 1;
