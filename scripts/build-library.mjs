// Builds what is shipped in lib/: JavaScript in few files (rolldown), and the declarations of its entries
// (rollup-plugin-dts, from those of tsc). Also each module by itself in build/modules, for the bench.
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleDeclarations } from './bundle/declarations.mjs';
import { bundleJavaScript, ENTRIES } from './bundle/javascript.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const LIB = join(ROOT, 'lib');

function compile() {
  const args = ['--no-install', 'tsc', '-p', 'tsconfig.build.json'];
  const { status } = spawnSync('npx', args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  // The modules are a level deeper than the sources, and name it from there.
  copyFileSync(join(ROOT, 'binding.d.ts'), join(ROOT, 'build/binding.d.ts'));
}

compile();
await bundleJavaScript(LIB);
const typed = ENTRIES.filter((name) => name.endsWith('index'));
await bundleDeclarations(join(ROOT, 'build/modules'), LIB, typed);
