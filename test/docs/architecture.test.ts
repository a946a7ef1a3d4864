import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ENTRY, FLOORS, floorOf, heightOf } from './architecture/floors.js';
import { circular, grouped, reduced } from './architecture/graph.js';
import { importedBy, readImports, readLengths } from './architecture/imports.js';
import { CIRCULAR_FILES, CIRCULAR_ROOMS, LONG_FILES, UPWARD_IMPORTS } from './architecture/known-exceptions.js';
import { withMap } from './architecture/map.js';

const ROOT = new URL('../../', import.meta.url);
const SOURCE = fileURLToPath(new URL('src/', ROOT));
const imports = readImports(SOURCE);
const lengths = readLengths(SOURCE);
const files = [...imports.keys()];

const LONGEST = 300;
/** The facade of the library has a line for each of its methods. */
const LONGEST_FACADE = { 'tape/tape-drive.ts': 400 } as Record<string, number>;
const MOST_FILES = 15;

/** The pages of the project that people read. */
function pages(): string[] {
  const docs = readdirSync(new URL('docs/', ROOT), { recursive: true, encoding: 'utf8' });
  return ['README.md', 'ARCHITECTURE.md', ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
}

/** Known exceptions are exact: a fault that is not known fails, and so does an exception that is no longer one. */
function expectOnly(known: readonly string[], found: readonly string[]): void {
  const mendInSource = found.filter((line) => !known.includes(line));
  const deleteFromKnownExceptions = known.filter((line) => !found.includes(line));
  expect({ mendInSource, deleteFromKnownExceptions }).toEqual({ mendInSource: [], deleteFromKnownExceptions: [] });
}

it('every folder of src is a floor', () => {
  expect(files.filter((file) => file !== ENTRY && !(floorOf(file) in FLOORS))).toEqual([]);
});

it('ARCHITECTURE.md shows the map; `npx vitest run test/docs -u` draws it anew', async () => {
  const page = readFileSync(new URL('ARCHITECTURE.md', ROOT), 'utf8');
  await expect(withMap(page, imports)).toMatchFileSnapshot('../../ARCHITECTURE.md');
});

it.each(pages())('%s names files that exist', (page) => {
  const text = readFileSync(new URL(page, ROOT), 'utf8');
  const paths = /`((?:src|native|test|docs|bench|examples|scripts)\/[\w./-]*)`/g;
  const named = [...text.matchAll(paths)].flatMap(([, path]) => path ?? []);
  const found = (path: string) => ['', '.ts', '.test.ts'].some((ending) => existsSync(new URL(path + ending, ROOT)));
  expect(named.filter((path) => !found(path))).toEqual([]);
});

it.each(pages())('%s links to files that exist', (page) => {
  const text = readFileSync(new URL(page, ROOT), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)/g)].flatMap(([, path]) => path ?? []);
  expect(links.filter((path) => !existsSync(new URL(path, new URL(page, ROOT))))).toEqual([]);
});

it('imports point downward only', () => {
  const upward = [...imports].flatMap(([file, targets]) =>
    targets.filter((target) => heightOf(target) > heightOf(file)).map((target) => `${file} -> ${target}`),
  );
  expectOnly(UPWARD_IMPORTS, upward);
});

it('no file imports itself through others', () => {
  expectOnly(CIRCULAR_FILES, circular(imports));
});

it('no room imports itself through others', () => {
  expectOnly(CIRCULAR_ROOMS, circular(grouped(imports, dirname)));
});

it(`no file has more than ${LONGEST} lines, the facade of the drive 400`, () => {
  const long = files.filter((file) => (lengths.get(file) ?? 0) > (LONGEST_FACADE[file] ?? LONGEST));
  expectOnly(LONG_FILES, long);
});

it(`no folder has more than ${MOST_FILES} files beside its rooms`, () => {
  const folders = files.map(dirname);
  const crowded = folders.filter((folder) => folders.filter((other) => other === folder).length > MOST_FILES);
  expect([...new Set(crowded)]).toEqual([]);
});

describe('the checks find', () => {
  it('every way of naming a module', () => {
    const text = `import a from './a.js'; export * from '../b.js'; import type { C } from './c.js'; import 'd';
      const e = await import('./e.js'); type F = import('./f.js').F; new Worker(new URL('./g.js', import.meta.url));`;
    expect(importedBy(text)).toEqual(['./a.js', '../b.js', './c.js', './e.js', './f.js', './g.js']);
  });

  it('circles of files, and of rooms whose files have none', () => {
    const tree = new Map([
      ['a/one.ts', ['b/two.ts']],
      ['b/two.ts', []],
      ['b/three.ts', ['a/four.ts']],
      ['a/four.ts', []],
      ['c/five.ts', ['c/six.ts', 'a/one.ts']],
      ['c/six.ts', ['c/five.ts']],
    ]);
    expect(circular(tree)).toEqual(['c/five.ts', 'c/six.ts']);
    expect(circular(grouped(tree, dirname))).toEqual(['a', 'b']);
  });

  it('upward imports: the entry is above everything', () => {
    const heights = ['errors/a.ts', 'scsi/wire/b.ts', 'tape/c.ts', 'cli/d.ts', ENTRY].map(heightOf);
    expect(heights).toEqual([...heights].sort((a, b) => a - b));
    expect(new Set(heights).size).toBe(5);
  });

  it('the arrows that a drawing needs', () => {
    const tower = new Map([
      ['top', ['middle', 'ground']],
      ['middle', ['ground']],
      ['ground', []],
    ]);
    expect(reduced(tower).get('top')).toEqual(['middle']);
  });
});
