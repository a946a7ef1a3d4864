import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES, exitCodeOf } from '../../src/cli/run/exit-codes.js';
import * as library from '../../src/index.js';
import { table } from './table.js';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = join(PACKAGE, 'docs', 'guide', 'troubleshooting.md');

/** The one error whose exit code is not in the table: 128 and the number of the signal. */
const INTERRUPTED = 'exit code 130 (Ctrl-C) or 143 (SIGTERM)';

interface Thrown {
  readonly code: string;
  /** The class with that code; undefined for a plain LtoError. */
  readonly name: string | undefined;
}

/** Every code that the source gives to an error, with the class that has it. */
function thrown(): Thrown[] {
  const found = new Map<string, string | undefined>();
  for (const path of readdirSync(join(PACKAGE, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts')) continue;
    const source = readFileSync(join(PACKAGE, 'src', path), 'utf8');
    for (const [, name, code = ''] of source.matchAll(/class (\w+) extends LtoError\b.*?super\(\s*'(LTO_[A-Z_]+)'/gs))
      found.set(code, name);
    for (const [, code = ''] of source.matchAll(/(?:new LtoError\(\s*|\bcode: )'(LTO_[A-Z_]+)'/g))
      if (!found.has(code)) found.set(code, undefined);
  }
  return [...found].map(([code, name]) => ({ code, name }));
}

/** The sections of the guide by the code in their headings. */
function sections(page: string): Map<string, string> {
  const parts = page.split(/^(?=##)/m).map((part) => /^### (LTO_\S+)\n(.*)/s.exec(part));
  return new Map(parts.flatMap((found) => (found ? [[found[1] ?? '', found[2] ?? '']] : [])));
}

describe('docs/guide/troubleshooting.md', () => {
  const page = readFileSync(PAGE, 'utf8');
  const guide = sections(page);
  const codes = thrown();

  it('finds the codes of the source', () => {
    const named = codes.filter(({ name }) => name !== undefined);
    expect(named.length).toBeGreaterThan(35);
    // A class of the taxonomy whose code was not found would be missing from the guide unnoticed.
    const classes = Object.entries(library).filter(
      ([name, value]) =>
        typeof value === 'function' && value.prototype instanceof library.LtoError && name !== 'LtoError',
    );
    const names = new Set(named.map(({ name }) => name));
    expect(classes.map(([name]) => name).filter((name) => !names.has(name))).toEqual([]);
  });

  it('has a section for each code, and none besides', () => {
    expect([...guide.keys()].sort()).toEqual(codes.map(({ code }) => code).sort());
  });

  it.each(codes)('$code: class, exit code, meaning, tape, remedy', ({ code, name = 'LtoError' }) => {
    const text = guide.get(code) ?? '';
    const exit = code === 'LTO_INTERRUPTED' ? INTERRUPTED : `exit code ${exitCodeOf(code)}`;
    expect(text.trimStart()).toMatch(new RegExp(`^\`${name}\`(?: of the command)?, `));
    expect(text).toContain(`${exit}.`);
    const [, means = '', tape = '', remedy = ''] =
      /\n\*\*Means:\*\* (.+?)\n\n\*\*On the tape:\*\* (.+?)\n\n\*\*Do:\*\* (.+)/s.exec(text) ?? [];
    for (const part of [means, tape, remedy]) expect(part.trim()).toMatch(/^\S.+\.$/s);
  });

  it('names every reason of the errors that have one', () => {
    const unions =
      /export type (?:ArchiveReason|CatalogueReason|KeyStoreReason|ElementProblem|WriteProtectionReason) =(.*?');/gs;
    const sources = ['archive', 'catalogue', 'encryption', 'library', 'medium'].map((file) =>
      readFileSync(join(PACKAGE, 'src', 'errors', `${file}.ts`), 'utf8'),
    );
    const reasons = [...sources.join('').matchAll(unions)].flatMap(([, body = '']) =>
      [...body.matchAll(/\| '([a-z-]+)'/g)].map(([, reason = '']) => reason),
    );
    expect(reasons.length).toBeGreaterThan(30);
    expect(reasons.filter((reason) => !page.includes(`\`${reason}\``))).toEqual([]);
  });

  it('names exit codes only for codes that are thrown', () => {
    const known = new Set(codes.map(({ code }) => code));
    expect(EXIT_CODES.flatMap(({ errors }) => errors).filter((code) => !known.has(code))).toEqual([]);
  });

  it('has the table of exit codes; `npx vitest run test/docs -u` writes it anew', async () => {
    const rows = EXIT_CODES.map(({ code, meaning, errors }) => [
      String(code),
      errors.length === 0
        ? meaning
        : `${meaning}: ${errors.map((error) => `[\`${error}\`](#${error.toLowerCase()})`).join(', ')}`,
    ]);
    const drawn = page.replace(
      /(<!-- exit codes:[^\n]*-->\n).*?(<!-- \/exit codes -->)/s,
      (_, begin, end) => `${begin}\n${table(['code', 'meaning'], rows)}\n\n${end}`,
    );
    await expect(drawn).toMatchFileSnapshot(PAGE);
  });
});
