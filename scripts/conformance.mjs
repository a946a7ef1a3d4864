#!/usr/bin/env node
// Runs the conformance suite on every backend that is to be had here and prints the matrix backend × capability:
// npm run conformance -- [--keep]
// `--keep` writes what came of it into docs/conformance.md; columns of backends that did not run stay as they are.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatMatrix, keep, readColumns } from '../test/conformance/matrix.mjs';
import { labMissing } from '../test/lab/run.mjs';
import { inLab, LAB_RUNS, onHost, scratchFolder, VITEST } from './vitest.mjs';

const { values: options } = parseArgs({ options: { keep: { type: 'boolean' } } });
const columns = join(scratchFolder(), 'columns');
mkdirSync(columns);

/** @param {[string, string[]]} program @param {Record<string, string>} env */
function run([command, args], env = {}) {
  const { status } = spawnSync(command, args, {
    stdio: 'inherit',
    env: { ...process.env, ...env, LTO_CONFORMANCE_REPORTS: columns },
  });
  if (status !== 0) process.exitCode = 1;
}

run(onHost([...VITEST, 'test/conformance']));
const missing = labMissing();
if (missing === undefined) {
  for (const { drive, kernel } of LAB_RUNS) {
    if (kernel === undefined) run(inLab(drive, VITEST), { LTO_LAB_SUITE: 'conformance' });
  }
} else {
  process.stdout.write(`kernel lab: not run: ${missing}\n`);
}
const fresh = readColumns(columns);
process.stdout.write(`\n${formatMatrix(fresh)}\n`);
if (options.keep) {
  keep(fresh);
  run(onHost(['vitest', 'run', 'test/docs', '-u']));
}
