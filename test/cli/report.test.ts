import { execFile, execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { HistoryEntry } from '../../src/provider/history/entry.js';
import { createVirtualDrive } from '../../src/virtual/index.js';
import { ltoCommand } from './support.js';

const lto = ltoCommand();
const run = promisify(execFile);
/** Many processes, one after the other. */
const BUSY_MS = 300_000;
const GB = 1e9;
const CAPACITY = 64_000_000;
const HOSTILE = `<img src=x onerror="alert(1)">'&\u202e`;
const BROWSERS = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];
const SCREENSHOTS = process.env.LTO_SCREENSHOTS;

function browser(): string | undefined {
  return BROWSERS.find((name) => {
    try {
      execFileSync(name, ['--version'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

/** Most of a year, in which a cartridge was read in two drives, and its errors have risen. */
function past(drive: string, cartridge: { readonly serial: string; readonly barcode: string }): HistoryEntry[] {
  const entries: HistoryEntry[] = [];
  for (let load = 0; load < 22; load += 1) {
    const bytes = (280 + load * 3) * GB;
    const serial = load % 6 === 5 ? 'ELSEWHERE' : drive;
    const common = {
      at: new Date(Date.UTC(2026, 0, 5 + load * 14)).toISOString(),
      device: '/dev/nst0',
      drive: { vendor: 'NODE-LTO', model: 'VIRTUAL LTO-8', firmware: '0001', serial },
      cartridge: { ...cartridge, format: 'LTO-8', loads: load + 100 },
    };
    const reading = { bytes, retries: Math.round((bytes / GB) * (0.2 + load / 20)), corrected: 0, uncorrected: 0 };
    const sample = { writing: {}, reading, capacity: CAPACITY - load * 50_000, celsius: 34 + (load % 5) };
    const seconds = bytes / (300e6 - load * 2e6);
    const archive = { direction: 'reading', fileNumber: 0, records: 1, bytes, seconds } as const;
    entries.push({ ...common, type: 'load' }, { ...common, type: 'archive', archive, sample });
  }
  const [last] = entries.slice(-1);
  const alert = { flag: 3, name: HOSTILE, severity: 'W' } as const;
  return last ? [...entries, { ...last, type: 'alert', alert, sample: undefined }] : entries;
}

async function madeReport(): Promise<string> {
  const serial = 'HU1234567890';
  const history = lto.path('history.jsonl');
  await createVirtualDrive(lto.path('drive'), { serial, cartridge: { barcode: 'PAGE01L8', capacityBytes: CAPACITY } });
  const { drives } = (await lto.document(['metrics'])) as { drives: { live: { tape: { mediumSerial: string } } }[] };
  const medium = drives[0]?.live.tape.mediumSerial ?? '';
  const entries = past(serial, { serial: medium, barcode: 'PAGE01L8' });
  await writeFile(history, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  for (const bytes of [9e6, 3e6, 17e6]) {
    await writeFile(lto.path('file'), Buffer.alloc(bytes, 7));
    await lto.document(['write', '--history', history, lto.path('file')]);
  }
  const report = lto.path('report.html');
  expect(await lto.document(['report', '-o', report, '--history', history])).toMatchObject({ file: report });
  return report;
}

it('is one page without scripts and requests, in which no name becomes markup', { timeout: BUSY_MS }, async () => {
  const html = await readFile(await madeReport(), 'utf8');
  expect(html).toContain('PAGE01L8');
  expect(html).toContain('HU1234567890');
  expect(html).toContain('Errors with this cartridge rise');
  for (const file of ['file 0: 9.0 MB', 'file 1: 3.0 MB', 'file 2: 17.0 MB']) expect(html).toContain(file);
  expect(html.match(/<svg /g)?.length).toBeGreaterThanOrEqual(4);
  const tags = html.match(/<[^>]*>/g) ?? [];
  for (const tag of tags)
    expect(tag).not.toMatch(/^<(?:script|img|link|iframe|object|embed)|\son\w+=|javascript:|https?:/i);
  expect(html).not.toMatch(/url\(|@import|\u202e/i);
  expect(html).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;&amp;');
  expect(html).not.toMatch(/undefined|NaN/);
  expect((await readdir(lto.path())).filter((name) => name.endsWith('.new'))).toEqual([]);
});

it('is made of a drive without a cartridge, of one that is not there, and without a history', {
  timeout: BUSY_MS,
}, async () => {
  await createVirtualDrive(lto.path('drive'), { cartridge: false });
  const { code, stdout } = await lto.run(['report']);
  expect(code).toBe(0);
  expect(stdout.toString()).toMatch(/^<!doctype html>.*there is no cartridge|no-medium/s);
  expect(await lto.run(['report', '-d', '/dev/nst91'])).toMatchObject({ code: 3 });
  await mkdir(lto.path('folder'));
  expect((await lto.run(['report', '-o', lto.path('folder')])).code).toBe(2);
  expect((await lto.run(['report', '-o', lto.path('none', 'x.html')])).code).toBe(2);
  expect((await readdir(lto.path())).filter((name) => name.endsWith('.new'))).toEqual([]);
});

it('fits a wide and a narrow window, light and dark, in a headless Chromium', { timeout: BUSY_MS }, async (context) => {
  const program = browser();
  if (program === undefined) return context.skip();
  const report = await madeReport();
  const common = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--force-device-scale-factor=1'];
  const open = async (...args: readonly string[]) => {
    const { stdout, stderr } = await run(program, [...common, ...args, `file://${report}`], { maxBuffer: 2 ** 26 });
    return { stdout, stderr };
  };
  const { stdout: dom } = await open('--dump-dom');
  // What the browser has understood is what was written: nothing was taken for markup.
  expect(dom).toContain('PAGE01L8');
  expect(dom).not.toMatch(/<img|<script/);
  for (const [name, width, height] of [
    ['wide', 1280, 2500],
    ['narrow', 480, 3900],
  ] as const) {
    for (const scheme of ['light', 'dark'] as const) {
      const shot = lto.path(`${name}-${scheme}.png`);
      const dark =
        scheme === 'dark' ? ['--blink-settings=preferredColorScheme=0'] : ['--blink-settings=preferredColorScheme=1'];
      await open(`--screenshot=${shot}`, `--window-size=${width},${height}`, ...dark);
      const image = await readFile(shot);
      expect(image.readUInt32BE(16)).toBe(width);
      expect(image.length).toBeGreaterThan(20_000);
      if (SCREENSHOTS !== undefined) await writeFile(`${SCREENSHOTS}/report-${name}-${scheme}.png`, image);
    }
  }
});
