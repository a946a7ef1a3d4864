import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { constants as os, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadAddon } from '../../src/addon/load-addon.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lto-root-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ENOENT = -2;
const EBADF = -9;
const EEXIST = -17;
const EINVAL = -22;
const facts = new Float64Array(4);
const attributes = Float64Array.of(0o640, -1, -1, 1, 2, 3, 4);

const { ExtractionRoot } = loadAddon();

describe.each([
  ['by whole paths', false],
  ['step by step', true],
])('ExtractionRoot, %s', (_, stepByStep) => {
  const open = () => new ExtractionRoot(folder, stepByStep);

  it('makes files in folders, with holes and attributes', () => {
    const root = open();
    expect(root.makeFolder('a', 0o700, facts)).toBe(0);
    expect(root.makeFolder('a/b', 0o700, facts)).toBe(0);
    expect(root.createFile('a/b/\xff', facts)).toBe(0);
    expect(root.write(Buffer.from('end'), 4096)).toBe(0);
    expect(root.finish(10_000, attributes)).toBe(0);
    const name = Buffer.concat([Buffer.from(`${folder}/a/b/`), Buffer.of(0xff)]);
    const { mode, size, mtimeNs, ino } = statSync(name, { bigint: true });
    expect([Number(mode) & 0o7777, Number(size), mtimeNs, Number(ino)]).toEqual([
      0o640,
      10_000,
      3_000_000_004n,
      facts[1],
    ]);
    expect(readFileSync(name).toString('latin1', 4096, 4099)).toBe('end');
    root.close();
    expect(root.createFile('x', facts)).toBe(EBADF);
  });

  it('makes a whole file by one call, and says whether there is one where that fails', () => {
    const root = open();
    expect(root.makeFile('whole', Buffer.from('content'), attributes, facts)).toBe(0);
    const { mode, mtimeNs, ino } = statSync(join(folder, 'whole'), { bigint: true });
    expect([Number(mode) & 0o7777, mtimeNs, Number(ino)]).toEqual([0o640, 3_000_000_004n, facts[1]]);
    expect(readFileSync(join(folder, 'whole'), 'utf8')).toBe('content');
    expect([root.makeFile('whole', Buffer.from('x'), attributes, facts), facts[1]]).toEqual([EEXIST, 0]);
    expect([root.makeFile('missing/x', Buffer.from('x'), attributes, facts), facts[1]]).toEqual([ENOENT, 0]);
    expect(root.makeFile('empty', Buffer.alloc(0), attributes, facts)).toBe(0);
    expect(statSync(join(folder, 'empty')).size).toBe(0);
  });

  it('follows no link, and no path that leads out', () => {
    const root = open();
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    for (const path of ['link/x', 'link/y/z']) expect(root.createFile(path, facts)).toBeLessThan(0);
    for (const path of [
      '..',
      '../x',
      '/x',
      'real/..',
      'real//x',
      './x',
      'real/./x',
      'a\0b',
      'real/',
      '\u012f/x\u012f',
    ]) {
      expect([path, root.createFile(path, facts)]).toEqual([path, EINVAL]);
    }
    expect(root.openFolder('link')).toBeLessThan(0);
    expect(root.createFile('missing/x', facts)).toBe(ENOENT);
    expect(readdirSync(join(folder, 'real'))).toEqual([]);
  });

  it('refuses calls without an open node, and arguments of other types', () => {
    const root = open();
    expect(root.write(Buffer.from('x'), 0)).toBe(EBADF);
    expect(root.finish(-1, attributes)).toBe(EBADF);
    expect(root.setAttribute('user.x', Buffer.of(1))).toBe(EBADF);
    const wrong = root as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const method of [
      'inspect',
      'createFile',
      'makeFile',
      'makeFolder',
      'write',
      'finish',
      'makeSymbolicLink',
      'makeNode',
      'remove',
    ]) {
      for (const value of [undefined, null, {}, Symbol('x'), [], new Float64Array(1)]) {
        expect(() => wrong[method]?.(value, value, value, value, value, value)).toThrow(TypeError);
      }
    }
    for (const bad of [Number.NaN, -2, 0o10000, 1.5, Number.POSITIVE_INFINITY]) {
      expect(() => root.finish(-1, Float64Array.of(bad, -1, -1, 0, 0, 0, 0))).toThrow(RangeError);
    }
    expect(() => ExtractionRoot.prototype.remove.call({}, 'x')).toThrow(TypeError);
    expect(() => new ExtractionRoot(join(folder, 'missing'))).toThrow(
      expect.objectContaining({ errno: -os.errno.ENOENT, syscall: 'open' }),
    );
  });
});
