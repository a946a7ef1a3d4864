// The mutants of a floor: all are put into a copy of its code, and some are drawn.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Instrumenter } from '@stryker-mutator/instrumenter';

const SILENT = { debug() {}, info() {}, warn() {}, isDebugEnabled: () => false };
const OPTIONS = { plugins: null, excludedMutations: [], ignorers: [], noHeader: false };

/**
 * Writes `code/`, the copy, and `sample.json`, the mutants that are drawn: each of the floor as likely as any other, and
 * the same ones for the same seed and source.
 * @param {{ root: string, folder: string, floor: string, count: number, seed: number }} what
 */
export async function prepareSample({ root, folder, floor, count, seed }) {
  const { stdout } = spawnSync('git', ['ls-files', `src/${floor}`], { cwd: root, encoding: 'utf8' });
  const sources = stdout.split('\n').filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
  const contents = new Map(sources.map((name) => [name, readFileSync(join(root, name), 'utf8')]));
  const { files, mutants } = await new Instrumenter(SILENT).instrument(
    [...contents].map(([name, content]) => ({ name, content, mutate: true })),
    OPTIONS,
  );
  for (const { name, content } of files) {
    const path = join(folder, 'code', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, switched(content));
  }
  const drawn = sample(mutants, count, randomNumbers(seed)).map(
    ({ id, fileName, location, mutatorName, replacement }) => ({
      id,
      file: fileName,
      line: location.start.line + 1,
      last: location.end.line + 1,
      kind: mutatorName,
      original: cut(contents.get(fileName), location),
      replacement,
    }),
  );
  writeFileSync(join(folder, 'sample.json'), JSON.stringify({ all: mutants.length, drawn }, undefined, 1));
}

/** StrykerJS has one mutant at a time active. Here each that is counts how often it is reached (runner.mjs). */
function switched(code) {
  return code.replace(
    /function isActive\(id\) \{[\s\S]*?return false;\s*\}/,
    `function isActive(id) {
      const mutant = ns.active?.get(id);
      if (mutant !== undefined && ++mutant.hits > mutant.limit) throw new Error('mutation: a loop without end');
      return mutant !== undefined;
    }`,
  );
}

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

function sample(all, count, random) {
  const left = [...all];
  return Array.from(
    { length: Math.min(count, left.length) },
    () => left.splice(Math.floor(random() * left.length), 1)[0],
  );
}

/** The text at a place; lines and columns count from 0. */
function cut(text, { start, end }) {
  const lines = text.split('\n').slice(start.line, end.line + 1);
  // From the end, since both may be in the same line.
  lines[lines.length - 1] = lines[lines.length - 1].slice(0, end.column);
  lines[0] = lines[0].slice(start.column);
  return lines.join('\n');
}
