// The one test command: checks, builds, tests on this machine, then the kernel lab where its kernel is present.
// `npm test -- --lab` fails when the lab cannot run, `--no-lab` leaves it out, `--sanitizers` adds ASan, UBSan and TSan.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { labMissing } from '../test/lab/run.mjs';

const { values: options } = parseArgs({
  options: {
    lab: { type: 'boolean' },
    'no-lab': { type: 'boolean' },
    sanitizers: { type: 'boolean' },
  },
});

/** The drives of the lab: what `--drive` gets, and the folders of test/ that run on it. */
const LAB_RUNS = [
  { drive: 'scsi_debug', suite: ['conformance', 'lab/any', 'lab/scsi_debug'] },
  { drive: 'tgt,size=256', suite: ['conformance', 'lab/any', 'lab/tgt', 'lab/provider'] },
  { drive: 'virtual,capacity=64MiB,early-warning=8MiB', suite: ['conformance', 'lab/any', 'lab/virtual'] },
];
const LAB_SECONDS = 600;

const scratch = mkdtempSync(join(tmpdir(), 'node-lto-test-'));
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
  run(title, ...launch(['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]), env);
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
  // The report is written where host and guest both see it.
  for (const { drive, suite } of LAB_RUNS) {
    const lab = ['test/lab/run.mjs', '--timeout', String(LAB_SECONDS), '--drive', drive];
    const launch = (vitest) => [process.execPath, [...lab, 'npx', '--no-install', ...vitest]];
    runVitest(`kernel lab: ${drive}`, launch, { LTO_LAB_SUITE: suite.join(',') });
  }
}

const onHost = (vitest) => ['npx', ['--no-install', ...vitest]];
const inThreads = (vitest) => ['npx', ['--no-install', ...vitest, '--pool=threads', 'test/native', 'test/conformance']];

try {
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
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

for (const title of failures) process.stdout.write(`failed: ${title}\n`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 && failures.length === 0 ? 0 : 1;
