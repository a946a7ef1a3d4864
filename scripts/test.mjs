// The one test command: checks, builds, tests on this machine, then the kernel lab where its kernel is present.
// `npm test -- --lab` fails when the lab cannot run, `--no-lab` leaves it out, `--sanitizers` adds ASan, UBSan and TSan,
// `--node-versions` what depends on the run-time on other versions of Node.js.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { differences, formatMatrix, outcomesOf, readColumns, readKept } from '../test/conformance/matrix.mjs';
import { labMissing } from '../test/lab/run.mjs';
import { NODE_VERSIONS, nodeBinary, nodeVersionsMissing } from './node-matrix.mjs';
import { inLab, LAB_RUNS, onHost, onNode, runCounted, scratchFolder } from './vitest.mjs';

const { values: options } = parseArgs({
  options: {
    lab: { type: 'boolean' },
    'no-lab': { type: 'boolean' },
    'node-versions': { type: 'boolean' },
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
  process.stdout.write(`\n--- ${title}\n`);
  const report = join(scratch, `${failures.length}-${total.passed}-${total.failed}.json`);
  const counts = runCounted(launch, report, { ...env, LTO_CONFORMANCE_REPORTS: columns });
  if (!counts.ok) failures.push(title);
  for (const count of Object.keys(total)) total[count] += counts[count];
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

/** What touches the run-time: the addon, its buffers and threads, the file system. */
const RUNTIME_TESTS = ['test/native', 'test/conformance', 'test/package', 'test/keys'];

function runNodeVersions() {
  const missing = nodeVersionsMissing();
  if (missing !== undefined) {
    process.stdout.write(`\n--- other versions of Node.js: not run: ${missing}\n`);
    return;
  }
  for (const version of NODE_VERSIONS) {
    const node = nodeBinary(version);
    runVitest(`Node.js ${version}`, (vitest) => onNode(node, [...vitest, ...RUNTIME_TESTS]));
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
if (options['node-versions']) runNodeVersions();
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
