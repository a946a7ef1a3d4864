// How vitest is started on this machine and in the kernel lab.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';

/**
 * The drives of the lab: what `--drive` gets, and the folders of test/ that run on it; with another kernel than the lab's
 * own, which.
 * @type {readonly { drive: string, suite: string[], kernel?: string }[]}
 */
export const LAB_RUNS = [
  { drive: 'scsi_debug', suite: ['conformance', 'lab/any', 'lab/scsi_debug'] },
  { drive: 'tgt,size=256', suite: ['conformance', 'lab/any', 'lab/tgt', 'lab/provider'] },
  { drive: 'virtual,capacity=64MiB,early-warning=8MiB', suite: ['conformance', 'lab/any', 'lab/virtual'] },
  { drive: 'library,cleaning=1', suite: ['lab/library'] },
  { drive: 'library,cleaning=1,cartridges=3', suite: ['changer', 'lab/unattended'] },
  { drive: 'tgt_library', suite: ['changer'] },
  // A kernel that servers run: its `st` notices less. All else there takes minutes, and is run by hand.
  { drive: 'tgt,size=256', suite: ['lab/provider'], kernel: '6.1' },
];
/** A run that hangs; the longest takes five minutes on a quiet machine of two cores, and up to five times that on a loaded one. */
const LAB_SECONDS = 2700;

/** vitest with the reporters of this project; the last writes the conformance matrix where LTO_CONFORMANCE_REPORTS says. */
export const VITEST = ['vitest', 'run', '--reporter=default', '--reporter=./test/conformance/matrix-reporter.ts'];

/** @param {string[]} vitest @returns {[string, string[]]} program and arguments */
export function onHost(vitest) {
  return ['npx', ['--no-install', ...vitest]];
}

/** @param {string} drive @param {string[]} vitest @returns {[string, string[]]} program and arguments */
export function inLab(drive, vitest) {
  const lab = ['test/lab/run.mjs', '--timeout', String(LAB_SECONDS), '--drive', drive];
  return [process.execPath, [...lab, 'npx', '--no-install', ...vitest]];
}

/**
 * With another Node.js, which the programs that a test starts by name get too.
 * @param {string} node its binary @param {string[]} vitest @returns {[string, string[]]} program and arguments
 */
export function onNode(node, [, ...args]) {
  const path = `PATH=${dirname(node)}${delimiter}${process.env.PATH}`;
  return ['env', [path, node, 'node_modules/vitest/vitest.mjs', ...args]];
}

/**
 * Runs vitest and reads from its JSON report what came of the tests.
 * @param {import('./phases.mjs').Start} start
 * @param {(vitest: string[]) => [string, string[]]} launch program and arguments that run it
 * @param {string} report path of the JSON report that is written
 * @param {Record<string, string>} env what is added to the environment
 * @returns {Promise<{ ok: boolean, passed: number, failed: number, skipped: number, failures: string[],
 *   files: { file: string, seconds: number }[] }>}
 */
export async function runCounted(start, launch, report, env = {}) {
  const [command, args] = launch([...VITEST, '--reporter=json', `--outputFile.json=${report}`]);
  const status = await start(command, args, env);
  if (!existsSync(report)) {
    return {
      ok: false,
      passed: 0,
      failed: 1,
      skipped: 0,
      failures: [`no report: ended with status ${status}`],
      files: [],
    };
  }
  const result = JSON.parse(readFileSync(report));
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, success } = result;
  // A file that could not be loaded counts no test, and fails all the same.
  const failed = success ? numFailedTests : Math.max(numFailedTests, 1);
  const skipped = numPendingTests + numTodoTests;
  return {
    ok: status === 0,
    passed: numPassedTests,
    failed,
    skipped,
    failures: failuresOf(result),
    files: filesOf(result),
  };
}

/** How long each file took. */
function filesOf({ testResults }) {
  return testResults.map(({ name, startTime, endTime }) => {
    return { file: relative('.', name), seconds: (endTime - startTime) / 1000 };
  });
}

/** What failed, a line each: file, name of the test, first line of its error. */
function failuresOf({ testResults }) {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative('.', name);
    const tests = assertionResults.filter((test) => test.status === 'failed');
    if (tests.length === 0) return status === 'failed' ? [`${file}: ${firstLine(message)}`] : [];
    return tests.map((test) => `${file} > ${test.fullName}: ${firstLine(test.failureMessages[0])}`);
  });
}

const firstLine = (text) => String(text ?? '').split('\n', 1)[0];

/** A folder that host and guest both see, gone when the process ends. */
export function scratchFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'node-lto-test-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
