// The one test command: checks, builds, tests on this machine, then the kernel lab where its kernel is present.
// `npm test -- --lab` fails when the lab cannot run, `--no-lab` leaves it out, `--sanitizers` adds ASan, UBSan and TSan,
// `--node-versions` what depends on the run-time on other versions of Node.js, `--jobs 1` does one thing at a time.
import { mkdirSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { differences, formatMatrix, outcomesOf, readColumns, readKept } from '../test/conformance/matrix.mjs';
import { kernelUnfit, labMissing } from '../test/lab/run.mjs';
import { memoryFolder } from './memory-folder.mjs';
import { NODE_VERSIONS, nodeBinary, nodeVersionsMissing } from './node-matrix.mjs';
import { runPhases } from './phases.mjs';
import { inLab, LAB_RUNS, onHost, onNode, runCounted, scratchFolder } from './vitest.mjs';

const { values: options } = parseArgs({
  options: {
    'in-memory': { type: 'boolean' },
    jobs: { type: 'string' },
    lab: { type: 'boolean' },
    'no-lab': { type: 'boolean' },
    'node-versions': { type: 'boolean' },
    sanitizers: { type: 'boolean' },
  },
});

/** Phases at a time: the tests of this machine use a core less than there are, the kernel lab uses one. */
const JOBS = Math.min(2, availableParallelism());
const jobs = options.jobs === undefined ? JOBS : Number(options.jobs);
if (!Number.isInteger(jobs) || jobs < 1) throw new Error(`--jobs takes a number from 1 on, not ${options.jobs}`);

const scratch = scratchFolder();
// After `scratch`, which the guests of the lab see: they have folders in memory of their own.
if (options['in-memory']) process.env.TMPDIR = memoryFolder() ?? tmpdir();
const columns = join(scratch, 'columns');
mkdirSync(columns);
const total = { passed: 0, failed: 0, skipped: 0 };
/** Of each phase that failed: which tests, a line each. */
const failuresOf = new Map();
/** How long each phase took, in the order of their ends. */
const times = [];
/** How long each test file took. */
const files = [];
const SLOWEST = 12;
/** Of a failure's line, characters. */
const LINE = 400;

function phase(title, run) {
  return {
    title,
    run: async (start) => {
      const begun = performance.now();
      const good = await run(start);
      times.push(`${title} ${Math.round((performance.now() - begun) / 1000)} s`);
      return good;
    },
  };
}

/** A phase that counts as one. */
function check(title, command, args) {
  return phase(title, async (start) => {
    const good = (await start(command, args)) === 0;
    total[good ? 'passed' : 'failed'] += 1;
    return good;
  });
}

/** A phase that runs vitest by `launch` and adds up what its JSON report says. */
function vitestPhase(title, launch, env) {
  const report = join(scratch, `${title.replaceAll(/\W+/g, '-')}.json`);
  return phase(title, async (start) => {
    const counts = await runCounted(start, launch, report, env);
    for (const count of Object.keys(total)) total[count] += counts[count];
    for (const { file, seconds } of counts.files) files.push({ file, seconds, title });
    failuresOf.set(title, counts.failures);
    return counts.ok;
  });
}

/** Where a run leaves its column of the matrix; no two runs of the same backend do. */
const MATRIX = { LTO_CONFORMANCE_REPORTS: columns };

function labPhases() {
  return LAB_RUNS.flatMap((run) => {
    const title = `kernel lab: ${run.drive}${run.kernel === undefined ? '' : ` on Linux ${run.kernel}`}`;
    const missing = options['no-lab'] ? 'left out by --no-lab' : labMissing(run.kernel);
    const unfit = missing === undefined ? kernelUnfit(run.kernel) : undefined;
    if ((missing ?? unfit) === undefined) return [labPhase(title, run)];
    process.stdout.write(`\n--- ${title}: not run: ${missing ?? unfit}\n`);
    if (unfit !== undefined) {
      // No set-up helps against the machine itself.
      total.skipped += 1;
      return [];
    }
    return options.lab ? [check(`${title}, which is required`, 'false', [])] : [];
  });
}

function labPhase(title, { drive, suite, kernel }) {
  const where = kernel === undefined ? MATRIX : { LTO_LAB_KERNEL: kernel };
  const launch = (vitest) => inLab(drive, vitest);
  return vitestPhase(title, launch, { ...where, LTO_LAB_SUITE: suite.join(',') });
}

/** Traits are of the virtual drive: they have nothing to do with the run-time, nor with threads. */
const ONCE = ['--project', 'all*'];

/**
 * What touches the run-time: the addon, its buffers and threads, the file system, the SQLite of newer versions, and how
 * modules are loaded. The types of the package and what is in its tarball do not.
 */
const RUNTIME_TESTS = [
  ...['test/native', 'test/conformance', 'test/keys', 'test/catalogue'],
  ...['test/package/load', 'test/package/bundle'],
];

function nodeVersionPhases() {
  const missing = nodeVersionsMissing();
  if (missing !== undefined) {
    process.stdout.write(`\n--- other versions of Node.js: not run: ${missing}\n`);
    return [];
  }
  return NODE_VERSIONS.map((version) => {
    const node = nodeBinary(version);
    return vitestPhase(`Node.js ${version}`, (vitest) => onNode(node, [...vitest, ...ONCE, ...RUNTIME_TESTS]));
  });
}

/** The matrix backend × capability of this run, and whether it is the one that is kept. */
function matrixIsKept() {
  const fresh = readColumns(columns);
  process.stdout.write(`\n--- conformance\n${formatMatrix(fresh)}\n`);
  const stale = differences(readKept(), outcomesOf(fresh));
  for (const difference of stale) process.stdout.write(`${difference}\n`);
  if (stale.length > 0) total.failed += 1;
  return stale.length === 0;
}

const inThreads = (vitest) => {
  return ['npx', ['--no-install', ...vitest, ...ONCE, '--pool=threads', 'test/native', 'test/conformance']];
};

/** What the others need comes first, one after the other. */
const first = [
  check('format and lint', 'npx', ['--no-install', 'biome', 'ci', '.']),
  check('format of the C++ sources', process.execPath, ['scripts/format-native.mjs', '--check']),
  check('build', 'npm', ['run', '--silent', 'build']),
];

/** The longest come first, so that no long one is left alone at the end. */
const others = [
  vitestPhase('tests on this machine', onHost, MATRIX),
  ...labPhases(),
  ...(options['node-versions'] ? nodeVersionPhases() : []),
  vitestPhase('the same in worker threads, for what is native', inThreads),
  ...(options.sanitizers
    ? [
        check('C++ core under ASan and UBSan', 'scripts/native-test.sh', ['asan']),
        check('C++ core under TSan', 'scripts/native-test.sh', ['tsan']),
        check('addon under ASan and UBSan', 'scripts/native-asan.sh', []),
        check('addon that copies, as in Electron', 'scripts/native-copies.sh', []),
        check('clang-tidy', 'scripts/native-tidy.sh', []),
      ]
    : []),
  ...(process.platform === 'linux' ? [check('C++ core', 'scripts/native-test.sh', ['plain'])] : []),
  check('types', 'npx', ['--no-install', 'tsc', '-p', '.']),
];

const failures = [
  ...(await runPhases(first, { jobs: 1, folder: scratch })),
  ...(await runPhases(others, { jobs, folder: scratch })),
];
if (!matrixIsKept()) failures.push('docs/conformance.md is stale: `npm run conformance -- --keep`');

process.stdout.write(`\ntimes: ${times.join(', ')}\nslowest files:\n`);
for (const { file, seconds, title } of files.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST)) {
  process.stdout.write(`  ${Math.round(seconds)} s ${file} (${title})\n`);
}
for (const title of failures) {
  process.stdout.write(`failed: ${title}\n`);
  for (const line of failuresOf.get(title) ?? []) process.stdout.write(`  ${line.slice(0, LINE)}\n`);
}
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 && failures.length === 0 ? 0 : 1;
