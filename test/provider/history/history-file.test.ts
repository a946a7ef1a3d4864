import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HistoryError } from '../../../src/errors/index.js';
import type { HistoryEntry } from '../../../src/provider/history/entry.js';
import { HistoryFile } from '../../../src/provider/history/history-file.js';
import { compiledSources } from '../../support/compiled.js';

const CHILD = fileURLToPath(new URL('append-child.mjs', import.meta.url));
const PACKAGE = fileURLToPath(new URL('../../..', import.meta.url));
const LARGE = 2 ** 30;
const compiled = compiledSources();
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lto-history-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (name = 'history.jsonl') => join(folder, name);

function load(device: string): HistoryEntry {
  const drive = { vendor: 'V', model: 'M', firmware: 'F', serial: 'S' };
  return { at: '2026-01-01T00:00:00.000Z', device, drive, type: 'load' };
}

function appending(writer: string, count: number, largest = LARGE) {
  const args = [CHILD, compiled.url('provider/history/history-file.js'), at(), writer, String(count), String(largest)];
  return spawn(process.execPath, args, {
    env: { ...process.env, NODE_LTO_PREBUILD: PACKAGE },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

it('keeps entries in their order, and a file that is not there is empty', async () => {
  const file = new HistoryFile(at());
  expect(await file.read()).toEqual({ entries: [], damagedLines: 0 });
  await file.append([load('a'), load('b')]);
  await file.append([]);
  await file.append([load('c')]);
  const { entries } = await file.read();
  expect(entries.map(({ device }) => device)).toEqual(['a', 'b', 'c']);
});

it('closes a line that was cut, and skips what is no entry', async () => {
  const file = new HistoryFile(at());
  await file.append([load('a')]);
  await appendFile(at(), '{"at":"2026-01-01T00:00:00.000Z","dev');
  await file.append([load('b')]);
  await appendFile(at(), `null\n[]\n{"type":"load"}\n${JSON.stringify({ ...load('x'), sample: 7 })}\n\0\0\n`);
  const { entries, damagedLines } = await file.read();
  expect(entries.map(({ device }) => device)).toEqual(['a', 'b']);
  expect(damagedLines).toBe(6);
});

it('several processes lose no line, while the file is put aside again and again', async () => {
  const count = 60;
  // Some 15 lines to a file: all of them are in the present one and the four before it, or older than those.
  const children = ['A', 'B', 'C'].map((writer) => appending(writer, count, 200_000));
  expect(await Promise.all(children.map((child) => once(child, 'exit')))).toEqual([
    [0, null],
    [0, null],
    [0, null],
  ]);
  const whole = await new HistoryFile(at()).read();
  expect(whole.damagedLines).toBe(0);
  expect(whole.entries.length).toBe(3 * count);
  const rotating = ['D', 'E'].map((writer) => appending(writer, count, 4000));
  await Promise.all(rotating.map((child) => once(child, 'exit')));
  const names = (await readdir(folder)).toSorted();
  expect(names).toEqual(expect.arrayContaining(['history.jsonl.1', 'history.jsonl.4']));
  expect(names).not.toContain('history.jsonl.5');
  const left = await new HistoryFile(at()).read();
  expect(left.damagedLines).toBe(0);
  // What is left is the newest of each writer, without a gap.
  for (const writer of ['D', 'E']) {
    const numbers = left.entries.filter(({ drive }) => drive.serial === writer).map(({ device }) => Number(device));
    expect(numbers.at(-1)).toBe(count - 1);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  }
});

it('a killed process leaves whole lines, and locks nobody out', async () => {
  const child = appending('A', 100_000);
  await once(child.stdout, 'data');
  await new Promise((resolve) => setTimeout(resolve, 200));
  child.kill('SIGKILL');
  await once(child, 'exit');
  const file = new HistoryFile(at());
  await file.append([load('after')]);
  const { entries, damagedLines } = await file.read();
  expect(damagedLines).toBeLessThanOrEqual(1);
  expect(entries.some(({ device }) => device === 'after')).toBe(true);
  const numbers = entries.filter(({ drive }) => drive.serial === 'A').map(({ device }) => Number(device));
  expect(numbers).toEqual(numbers.map((_, index) => index));
});

it('what is no file, or cannot be made, is a typed error', async () => {
  await mkdir(at('folder'));
  await writeFile(at('file'), '');
  for (const path of [at('folder'), '/dev/full', at('file/below'), '/proc/nothing/here']) {
    await expect(new HistoryFile(path).append([load('a')]), path).rejects.toThrow(HistoryError);
  }
  await expect(new HistoryFile(at('folder')).read()).rejects.toThrow(HistoryError);
  expect(await readFile(at('file'), 'utf8')).toBe('');
});
