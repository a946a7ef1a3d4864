// Builds the addon where it can be built: on Linux with CMake and a C++ compiler. Elsewhere the package works without
// it, for virtual drives, and this says so. `--required` makes that a failure.
import { spawnSync } from 'node:child_process';

const required = process.argv.includes('--required');

function missing() {
  if (process.platform !== 'linux') return `the addon drives tapes on Linux only (this is ${process.platform})`;
  const has = (tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0;
  if (!has('cmake')) return 'CMake is not installed (Debian: cmake)';
  if (!has(process.env.CXX ?? 'c++')) return 'no C++ compiler is installed (Debian: g++)';
  return undefined;
}

const why = missing();
if (why === undefined) {
  const built = spawnSync('npx', ['--no-install', 'cmake-js', 'compile', '--log-level', 'warn'], { stdio: 'inherit' });
  process.exitCode = built.status ?? 1;
} else {
  process.stderr.write(`build: the addon is left out: ${why}. Virtual drives work without it.\n`);
  process.exitCode = required ? 1 : 0;
}
