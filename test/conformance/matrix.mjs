// The matrix backend × capability: what the suite's tests said, gathered by matrix-reporter.ts, printed by the scripts
// and kept in docs/conformance.md. Plain JavaScript, since scripts use it without a compiler.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {'passed' | 'failed' | 'lacking' | 'not run'} Outcome
 * @typedef {{ passed: number, failed: number, lacking: number, skipped: number }} Counts
 * @typedef {{ backend: string, rows: Record<string, Counts> }} Column
 * @typedef {{ needs: readonly string[], lacking: readonly string[], state: string }} NotedTest
 */

/** The row of tests that need nothing in particular, which every drive has to pass. */
export const BASE = 'base';

/**
 * @param {string} backend
 * @returns {Column}
 */
export function emptyColumn(backend) {
  return { backend, rows: {} };
}

/**
 * Counts a test for each capability that it needs: lacking for those that the backend lacks, and not run for the others
 * then.
 * @param {Column} column
 * @param {NotedTest} test
 */
export function noteTest({ rows }, { needs, lacking, state }) {
  for (const capability of needs.length > 0 ? needs : [BASE]) {
    rows[capability] ??= { passed: 0, failed: 0, lacking: 0, skipped: 0 };
    const counts = rows[capability];
    if (lacking.includes(capability)) counts.lacking += 1;
    else if (state === 'passed' || state === 'failed') counts[state] += 1;
    else counts.skipped += 1;
  }
}

/**
 * What a capability came to.
 * @param {Counts | undefined} counts
 * @returns {Outcome}
 */
export function outcomeOf(counts) {
  if (counts === undefined) return 'not run';
  if (counts.failed > 0) return 'failed';
  if (counts.passed > 0) return 'passed';
  return counts.lacking > 0 ? 'lacking' : 'not run';
}

/**
 * The columns that runs have left in a folder, by backend.
 * @param {string} folder
 * @returns {Column[]}
 */
export function readColumns(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const columns = files.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
  return columns.toSorted((a, b) => byBackend(a.backend, b.backend));
}

/** @param {string} a @param {string} b */
function byBackend(a, b) {
  return order(a) - order(b) || a.localeCompare(b);
}

const ORDER = ['virtual', 'virtual (kernel)', 'scsi_debug', 'tgt'];

/** A backend comes before the same with a trait. @param {string} backend */
function order(backend) {
  const index = ORDER.indexOf(backend.replace(/, .*$/, ''));
  return index < 0 ? ORDER.length : index;
}

/**
 * The matrix as text, with the number of tests behind each word.
 * @param {readonly Column[]} columns
 */
export function formatMatrix(columns) {
  const capabilities = [...new Set(columns.flatMap(({ rows }) => Object.keys(rows)))].toSorted(byBaseFirst);
  const table = capabilities.map((capability) => [capability, ...columns.map(({ rows }) => cell(rows[capability]))]);
  const lines = [['capability', ...columns.map(({ backend }) => backend)], ...table];
  const widths = lines[0].map((_, index) => Math.max(...lines.map((line) => line[index].length)));
  return lines
    .map((line) =>
      line
        .map((text, i) => text.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** @param {Counts | undefined} counts */
function cell(counts) {
  const outcome = outcomeOf(counts);
  if (outcome === 'failed') return `FAILED ${counts.failed} of ${counts.passed + counts.failed}`;
  return outcome === 'passed' ? `passed ${counts.passed}` : outcome;
}

/**
 * @param {string} a
 * @param {string} b
 */
function byBaseFirst(a, b) {
  return Number(b === BASE) - Number(a === BASE) || a.localeCompare(b);
}

/**
 * What is kept of a matrix: the outcomes, by backend and capability.
 * @param {readonly Column[]} columns
 * @returns {Record<string, Record<string, Outcome>>}
 */
export function outcomesOf(columns) {
  const ofColumn = ({ rows }) =>
    Object.keys(rows)
      .toSorted(byBaseFirst)
      .map((capability) => [capability, outcomeOf(rows[capability])]);
  return Object.fromEntries(columns.map((column) => [column.backend, Object.fromEntries(ofColumn(column))]));
}

/** The file that keeps the outcomes of the last full run. */
const KEPT = fileURLToPath(new URL('./outcomes.json', import.meta.url));

/**
 * Keeps fresh columns; those of backends that did not run stay as they are.
 * @param {readonly Column[]} fresh
 */
export function keep(fresh) {
  const all = Object.entries({ ...readKept(), ...outcomesOf(fresh) }).toSorted(([a], [b]) => byBackend(a, b));
  writeFileSync(KEPT, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
}

/** @returns {Record<string, Record<string, Outcome>>} */
export function readKept() {
  return JSON.parse(readFileSync(KEPT, 'utf8'));
}

/**
 * What differs between the kept matrix and fresh columns, in words.
 * @param {ReturnType<typeof outcomesOf>} kept
 * @param {ReturnType<typeof outcomesOf>} fresh
 */
export function differences(kept, fresh) {
  return Object.entries(fresh).flatMap(([backend, outcomes]) => {
    const before = kept[backend] ?? {};
    const capabilities = [...new Set([...Object.keys(before), ...Object.keys(outcomes)])];
    return capabilities
      .filter((capability) => before[capability] !== outcomes[capability])
      .map((name) => `${name} on ${backend}: kept ${before[name] ?? 'nothing'}, now ${outcomes[name] ?? 'nothing'}`);
  });
}
