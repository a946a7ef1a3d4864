#!/usr/bin/env node
// Stands in for node-gyp when prebuildify runs: builds by cmake-js and puts the addon where prebuildify looks for it.
// PREBUILD_ARCH is prebuildify's --arch; another than this machine's needs Debian's cross compiler for it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Node's names of architectures, and what CMake and the cross compilers call them. */
const processors = { arm64: 'aarch64', x64: 'x86_64' };

const root = join(import.meta.dirname, '..');
const arch = process.env.PREBUILD_ARCH ?? process.arch;
const processor = processors[arch];
if (processor === undefined) throw new Error(`no prebuilt binary is made for ${arch}`);

const crossOptions = [
  '--CDCMAKE_SYSTEM_NAME=Linux',
  `--CDCMAKE_SYSTEM_PROCESSOR=${processor}`,
  `--CDCMAKE_CXX_COMPILER=${processor.replace('_', '-')}-linux-gnu-g++`,
];
const folder = join(root, 'build', `prebuild-${arch}`);
const cmakeJs = createRequire(import.meta.url).resolve('cmake-js/bin/cmake-js');
const options = ['rebuild', '--out', folder, '--arch', arch, ...(arch === process.arch ? [] : crossOptions)];
const { status } = spawnSync(process.execPath, [cmakeJs, ...options], { cwd: root, stdio: 'inherit' });

if (status === 0) {
  const release = join(root, 'build', 'Release');
  mkdirSync(release, { recursive: true });
  copyFileSync(join(folder, 'Release', 'node-lto.node'), join(release, 'node-lto.node'));
}
process.exitCode = status ?? 1;
