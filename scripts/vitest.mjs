// How vitest is started on this machine and in the kernel lab.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The drives of the lab: what `--drive` gets, and the folders of test/ that run on it. */
export const LAB_RUNS = [
  { drive: 'scsi_debug', suite: ['conformance', 'lab/any', 'lab/scsi_debug'] },
  { drive: 'tgt,size=256', suite: ['conformance', 'lab/any', 'lab/tgt', 'lab/provider'] },
  { drive: 'virtual,capacity=64MiB,early-warning=8MiB', suite: ['conformance', 'lab/any', 'lab/virtual'] },
];
const LAB_SECONDS = 600;

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

/** A folder that host and guest both see, gone when the process ends. */
export function scratchFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'node-lto-test-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
