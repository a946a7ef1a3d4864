// The platforms of the prebuilt addons, and with which compiler each is made.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of https://ziglang.org: a compiler with a C++ library for musl, which no package of Debian has. */
const ZIG = process.env.ZIG ?? 'zig';
const ZIG_HELP = 'zig is not in PATH, and the variable ZIG does not name it';

/** By name: what Node.js calls the architecture, what CMake does, and how the compiler is called. */
export const TARGETS = {
  'x64-glibc': { arch: 'x64', processor: 'x86_64', compiler: 'x86_64-linux-gnu-g++', missing: 'Debian: g++' },
  'arm64-glibc': {
    arch: 'arm64',
    processor: 'aarch64',
    compiler: 'aarch64-linux-gnu-g++',
    missing: 'Debian: g++-aarch64-linux-gnu',
  },
  'x64-musl': { arch: 'x64', processor: 'x86_64', zig: 'x86_64-linux-musl' },
  'arm64-musl': { arch: 'arm64', processor: 'aarch64', zig: 'aarch64-linux-musl' },
};

const has = (program, argument) => spawnSync(program, [argument], { stdio: 'ignore' }).status === 0;

/** @returns {string | undefined} why a target cannot be made here */
export function whyNot({ compiler, missing, zig }) {
  if (zig !== undefined) return has(ZIG, 'version') ? undefined : ZIG_HELP;
  return has(compiler, '--version') ? undefined : `${compiler} is not installed (${missing})`;
}

/** CMake takes one program: zig is called through a script. */
export function compilerOf({ compiler, zig }, folder) {
  if (zig === undefined) return compiler;
  const script = join(folder, 'c++');
  writeFileSync(script, `#!/bin/sh\nexec ${ZIG} c++ -target ${zig} "$@"\n`, { mode: 0o755 });
  return script;
}
