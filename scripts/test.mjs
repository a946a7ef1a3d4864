// The one test command: checks, builds, tests on this machine, then the kernel lab where its kernel is present.
// `npm test -- --lab` fails when the lab cannot run, `--no-lab` leaves it out, `--sanitizers` adds ASan, UBSan and TSan.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { differences, formatMatrix, outcomesOf, readColumns, readKept } from '../test/conformance/matrix.mjs';
import { labMissing } from '../test/lab/run.mjs';
import { inLab, LAB_RUNS, onHost, scratchFolder, VITEST } from './vitest.mjs';

const { values: options } = parseArgs({
  options: {
    lab: { type: 'boolean' },
    'no-lab': { type: 'boolean' },
    sanitizers: { type: 'boolean' },
  },
});

const scratch = scratchFolder();
const columns = join(scratch, 'columns');
mkdirSync(columns);
const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];

function run(title, command, args, env = {}) {
  process.stdout.write(`\n--- ${title}\n`);
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) failures.push(title);
  return status === 0;
}

/** Runs vitest by `launch` and adds up what its JSON report says. */
function runVitest(title, launch, env) {
  const report = join(scratch, `${failures.length}-${total.passed}-${total.failed}.json`);
  const reporting = [...VITEST, '--reporter=json', `--outputFile.json=${report}`];
  run(title, ...launch(reporting), { ...env, LTO_CONFORMANCE_REPORTS: columns });
  if (!existsSync(report)) {
    total.failed += 1;
    return;
  }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, success } = JSON.parse(readFileSync(report));
  total.passed += numPassedTests;
  total.failed += numFailedTests;
  total.skipped += numPendingTests + numTodoTests;
  // A file that could not be loaded counts no test, and fails all the same.
  if (!success && numFailedTests === 0) total.failed += 1;
}

function check(title, command, args, env) {
  if (run(title, command, args, env)) total.passed += 1;
  else total.failed += 1;
}

function runLab() {
  const missing = options['no-lab'] ? 'left out by --no-lab' : labMissing();
  if (missing !== undefined) {
    process.stdout.write(`\n--- kernel lab: not run: ${missing}\n`);
    if (options.lab) check('the kernel lab is required', 'false', []);
    return;
  }
  for (const { drive, suite } of LAB_RUNS) {
    runVitest(`kernel lab: ${drive}`, (vitest) => inLab(drive, vitest), { LTO_LAB_SUITE: suite.join(',') });
  }
}

/** The matrix backend × capability of this run, and whether it is the one that is kept. */
function showMatrix() {
  const fresh = readColumns(columns);
  process.stdout.write(`\n--- conformance\n${formatMatrix(fresh)}\n`);
  const stale = differences(readKept(), outcomesOf(fresh));
  for (const difference of stale) process.stdout.write(`${difference}\n`);
  if (stale.length === 0) return;
  total.failed += 1;
  failures.push('docs/conformance.md is stale: `npm run conformance -- --keep`');
}

const inThreads = (vitest) => ['npx', ['--no-install', ...vitest, '--pool=threads', 'test/native', 'test/conformance']];

check('format and lint', 'npx', ['--no-install', 'biome', 'ci', '.']);
check('format of the C++ sources', process.execPath, ['scripts/format-native.mjs', '--check']);
check('build', 'npm', ['run', '--silent', 'build']);
check('types', 'npx', ['--no-install', 'tsc', '-p', '.']);
if (process.platform === 'linux') check('C++ core', 'scripts/native-test.sh', ['plain']);
runVitest('tests on this machine', onHost);
runVitest('the same in worker threads, for what is native', inThreads);
if (options.sanitizers) {
  check('clang-tidy', 'scripts/native-tidy.sh', []);
  check('C++ core under ASan and UBSan', 'scripts/native-test.sh', ['asan']);
  check('C++ core under TSan', 'scripts/native-test.sh', ['tsan']);
  check('addon under ASan and UBSan', 'scripts/native-asan.sh', []);
}
runLab();
showMatrix();

for (const title of failures) process.stdout.write(`failed: ${title}\n`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 && failures.length === 0 ? 0 : 1;
