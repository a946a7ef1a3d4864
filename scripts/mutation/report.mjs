// The score of a sample, and what lives.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFindings, readSample } from './results.mjs';

/** @returns {string} also written beside the sample, as `report.txt` */
export function report(folder) {
  const { all, drawn } = readSample(folder);
  const findings = readFindings(folder);
  const states = drawn.map((mutant) => ({ ...mutant, ...stateOf(findings.filter(({ id }) => id === mutant.id)) }));
  const count = (state) => states.filter((mutant) => mutant.state === state).length;
  const judged = drawn.length - count('loaded');
  const text = [
    ...states.filter(({ state }) => state === 'lives' || state === 'not reached').map(line),
    `${drawn.length} of ${all} mutants: ${count('killed')} killed, ${count('lives')} live, ${count('not reached')} not reached, ` +
      `${count('loaded')} in code that runs once, when a module is loaded`,
    `score: ${((100 * count('killed')) / judged).toFixed(1)} % of ${judged}`,
    '',
  ].join('\n');
  writeFileSync(join(folder, 'report.txt'), text);
  return text;
}

function stateOf(findings) {
  if (findings.some(({ what }) => what === 'killed')) return { state: 'killed' };
  const lived = findings.filter(({ what }) => what === 'lived').length;
  if (lived > 0) return { state: 'lives', tests: lived };
  return { state: findings.length > 0 ? 'loaded' : 'not reached' };
}

function line({ id, file, line, kind, original, replacement, state, tests }) {
  const where = `${file}:${line}`;
  const reached = state === 'lives' ? `lives in ${tests} tests` : state;
  return `${where}  ${kind} (${id}), ${reached}\n    - ${short(original)}\n    + ${short(replacement)}`;
}

function short(code) {
  const flat = code.replace(/\s+/g, ' ');
  return flat.length > 160 ? `${flat.slice(0, 160)} …` : flat;
}
