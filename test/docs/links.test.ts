import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

/** The pages that people write, by path in the package: in docs/api the tool's own links number twin headings wrongly. */
function pages(): string[] {
  const docs = readdirSync(join(PACKAGE, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`);
  return [...readdirSync(PACKAGE), ...docs].filter((name) => name.endsWith('.md') && !name.startsWith('docs/api/'));
}

const withoutCode = (text: string): string => text.replace(/^```.*?^```/gms, '');

const known = new Map<string, ReadonlySet<string>>();

/** The anchors of a page, as GitHub makes them of its headings. */
function anchorsOf(path: string): ReadonlySet<string> {
  const anchors = known.get(path) ?? anchorsIn(readFileSync(path, 'utf8'));
  known.set(path, anchors);
  return anchors;
}

function anchorsIn(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [, heading = ''] of withoutCode(text).matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let copy = 1; found.has(anchor); copy += 1) anchor = `${slug}-${copy}`;
    found.add(anchor);
  }
  return found;
}

it('every relative link of the documentation leads to a file and a heading that are there', () => {
  const broken: string[] = [];
  let links = 0;
  for (const page of pages()) {
    const path = join(PACKAGE, page);
    const text = readFileSync(path, 'utf8');
    const targets = [
      ...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g),
      ...withoutCode(text).matchAll(/^\[[^\]]+\]: (\S+)$/gm),
    ].map(([, target = '']) => target);
    for (const target of targets.filter((each) => !/^[a-z]+:/.test(each))) {
      links += 1;
      const [file = '', anchor] = target.split('#');
      const to = file === '' ? path : join(dirname(path), file);
      const isThere = existsSync(to) && (anchor === undefined || !to.endsWith('.md') || anchorsOf(to).has(anchor));
      if (!isThere) broken.push(`${relative(PACKAGE, path)}: ${target}`);
    }
  }
  expect(links).toBeGreaterThan(100);
  expect(broken).toEqual([]);
});
