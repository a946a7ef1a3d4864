// What is known of the mutants of a sample: a line for each finding, so that the processes of a run can add to it and a
// run that is stopped keeps what it has found.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ id: string, file: string, line: number, kind: string, original: string, replacement: string }} Mutant */

/** @returns {{ all: number, drawn: Mutant[] }} */
export function readSample(folder) {
  return JSON.parse(readFileSync(join(folder, 'sample.json'), 'utf8'));
}

/**
 * @param {string} folder
 * @param {{ id: string, what: 'killed' | 'lived' | 'loaded', test: string, how?: string }} finding loaded: reached while
 *   no test ran, so when a module was loaded
 */
export function addFinding(folder, finding) {
  appendFileSync(join(folder, 'findings.jsonl'), `${JSON.stringify(finding)}\n`);
}

/** @returns {{ id: string, what: string, test: string, how?: string }[]} */
export function readFindings(folder) {
  const path = join(folder, 'findings.jsonl');
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
