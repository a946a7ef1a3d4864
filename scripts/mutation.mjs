#!/usr/bin/env node
// Mutation tests by StrykerJS of a random sample of one floor of src/: npm run mutation -- scsi|tape|provider
// [--windows 40] [--lines 12] [--seed 1] [--tests test/scsi,test/device]. Without --windows, the whole floor.
// A sample is of windows of so many lines, drawn without repetition from all files: mutants that lie in one count. Those
// larger than a window, whole functions emptied, are never drawn: they are the ones that hardly ever live.
// StrykerJS is no dependency: this fetches it into node_modules without a trace in package.json.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const root = resolve(import.meta.dirname, '..');
/** The last that runs on Node.js 20. */
const STRYKER = '9.6.1';

/** Tests that are run for the mutants of a floor. */
const TESTS = {
  scsi: ['test/scsi'],
  tape: ['test/tape', 'test/device', 'test/conformance'],
  provider: ['test/provider'],
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    windows: { type: 'string' },
    lines: { type: 'string', default: '12' },
    seed: { type: 'string', default: '1' },
    tests: { type: 'string' },
  },
});
const [floor] = positionals;
if (!Object.hasOwn(TESTS, floor ?? '')) throw new Error(`mutation: which of ${Object.keys(TESTS).join(', ')}?`);

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** All windows of the floor, as StrykerJS takes them: `file:first-last`. */
function windowsOf(lines) {
  const { stdout } = spawnSync('git', ['ls-files', `src/${floor}`], { cwd: root, encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const count = readFileSync(join(root, file), 'utf8').split('\n').length;
      return Array.from({ length: Math.ceil(count / lines) }, (_, i) => `${file}:${i * lines + 1}-${(i + 1) * lines}`);
    });
}

function sample(all, count, random) {
  const left = [...all];
  return Array.from(
    { length: Math.min(count, left.length) },
    () => left.splice(Math.floor(random() * left.length), 1)[0],
  );
}

const all = windowsOf(Number(values.lines));
const drawn =
  values.windows === undefined
    ? [`src/${floor}/**/*.ts`]
    : sample(all, Number(values.windows), randomNumbers(Number(values.seed)));

const folder = join(root, 'build', 'mutation');
mkdirSync(folder, { recursive: true });
const config = join(folder, `${floor}.json`);
const vitestConfig = 'vitest.mutation.config.mjs';
writeFileSync(
  config,
  JSON.stringify({
    testRunner: 'vitest',
    vitest: { configFile: vitestConfig, related: false },
    plugins: ['@stryker-mutator/vitest-runner'],
    coverageAnalysis: 'perTest',
    concurrency: 1,
    mutate: drawn,
    ignorePatterns: ['build/*', '!build/Release', '.node-versions', '.lab', 'prebuilds', '*.log'],
    ignoreStatic: true,
    // A run that is stopped leaves what it has come to in the events.
    reporters: ['progress-append-only', 'clear-text', 'json', 'event-recorder'],
    eventReporter: { baseDir: join(folder, `${floor}.events`) },
    jsonReporter: { fileName: join(folder, `${floor}.report.json`) },
    clearTextReporter: { reportTests: false, allowColor: false },
    // A loaded machine must not look like an endless loop.
    timeoutMS: 45_000,
    tempDirName: join(folder, 'sandbox'),
    dryRunTimeoutMinutes: 20,
  }),
);
if (!existsSync(join(root, 'node_modules/@stryker-mutator/core'))) {
  const packages = ['core', 'vitest-runner'].map((name) => `@stryker-mutator/${name}@${STRYKER}`);
  const how = ['install', '--no-save', '--no-package-lock', '--no-audit', '--no-fund'];
  spawnSync('npm', [...how, ...packages], { cwd: root, stdio: 'inherit' });
}
process.stdout.write(`mutation: ${drawn.length} of ${all.length} windows of src/${floor}, seed ${values.seed}\n`);
const tests = values.tests?.split(',') ?? TESTS[floor];
const { status } = spawnSync('npx', ['--no-install', 'stryker', 'run', config], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, MUTATION_TESTS: tests.join(',') },
});
process.exitCode = status ?? 1;
