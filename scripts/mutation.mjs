#!/usr/bin/env node
// Mutation tests of a random sample of one floor of src/: npm run mutation -- scsi|tape|provider
// [--mutants 120] [--seed 1] [--tests test/scsi,test/device] [--again]. Without --mutants, the whole floor.
//
// StrykerJS's instrumenter makes the mutants, all of them in one copy of the code with a switch for each. One run of
// vitest then does everything: each test runs plainly, which shows what it reaches, and at once again with the mutants
// that it reaches and that live yet (mutation/runner.mjs). So each mutant meets every test that reaches it until one
// fails, and modules are loaded once, not once for a mutant.
//
// A run that is stopped is taken up by the same command: --again begins anew. Other --tests go on with what lives.
// The instrumenter is no dependency: this fetches it into node_modules without a trace in package.json.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const root = resolve(import.meta.dirname, '..');
/** The last that runs on Node.js 20. */
const INSTRUMENTER = '@stryker-mutator/instrumenter@9.6.1';

/** Tests that are run for the mutants of a floor. */
const TESTS = {
  scsi: ['test/scsi'],
  tape: ['test/tape', 'test/device', 'test/conformance'],
  provider: ['test/provider'],
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mutants: { type: 'string' },
    seed: { type: 'string', default: '1' },
    tests: { type: 'string' },
    again: { type: 'boolean', default: false },
  },
});
const [floor] = positionals;
if (!Object.hasOwn(TESTS, floor ?? '')) throw new Error(`mutation: which of ${Object.keys(TESTS).join(', ')}?`);

if (!existsSync(join(root, 'node_modules/@stryker-mutator/instrumenter'))) {
  const how = ['install', '--no-save', '--no-package-lock', '--no-audit', '--no-fund'];
  spawnSync('npm', [...how, INSTRUMENTER], { cwd: root, stdio: 'inherit' });
}
const { prepareSample } = await import('./mutation/sample.mjs');
const { report } = await import('./mutation/report.mjs');

const folder = join(root, 'build', 'mutation', `${floor}-${values.seed}`);
if (values.again) rmSync(folder, { recursive: true, force: true });
if (!existsSync(folder)) {
  mkdirSync(folder, { recursive: true });
  const count = values.mutants === undefined ? Number.POSITIVE_INFINITY : Number(values.mutants);
  await prepareSample({ root, folder, floor, count, seed: Number(values.seed) });
}
const tests = values.tests?.split(',') ?? TESTS[floor];
const { status } = spawnSync('npx', ['--no-install', 'vitest', 'run', '--config', 'vitest.mutation.config.mjs'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, MUTATION_TESTS: tests.join(','), MUTATION_FOLDER: folder },
});
process.stdout.write(report(folder));
// Tests that fail without a mutant, or a run that did not begin: the score is then too low.
process.exitCode = status ?? 1;
