import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compiledSources } from '../support/compiled.js';
import { temporaryFolder } from '../virtual/support.js';

const PACKAGE = join(import.meta.dirname, '../..');
const compiled = compiledSources();

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function bench(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, ['bench/run.mjs', ...args], {
    cwd: PACKAGE,
    // The sources as they are now, and the addon that is built.
    env: { ...process.env, NODE_LTO_LIB: compiled.path(''), NODE_LTO_PREBUILD: PACKAGE, LTO_TEST_DEVICE: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => (stdout += text));
  child.stderr.on('data', (text) => (stderr += text));
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, stdout, stderr })));
}

it('measures what needs no tape driver, and tells it as JSON with plots', { timeout: 600_000 }, async () => {
  const folder = await temporaryFolder();
  const output = join(folder, 'figures.json');
  const subjects = ['throughput', 'garbage', 'status', 'streaming', 'endurance', 'monitor', 'folders'];
  const flags = ['--quick', '--no-lab', '--json', '--output', output, '--plots', folder];
  const { status, stdout, stderr } = await bench(...subjects, ...flags);
  expect([status, stdout, stderr]).toEqual([0, '', '']);
  const { machine, sections } = JSON.parse(await readFile(output, 'utf8'));
  expect(machine).toMatchObject({ cpu: expect.any(String), node: process.version });
  expect(new Set(sections.map(({ subject }: { subject: string }) => subject))).toEqual(new Set(subjects));
  for (const { columns, rows } of sections) {
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(Object.keys(columns).some((key) => key in row)).toBe(true);
  }
  const speeds = sections[0].rows.map(({ speed }: { speed: { median: number } }) => speed.median);
  for (const speed of speeds) expect(speed).toBeGreaterThan(0);
  expect(await readFile(join(folder, 'memory.svg'), 'utf8')).toMatch(/^<svg (.|\n)*<path (.|\n)*<\/svg>\n$/);
});

it('refuses what it cannot measure, and a drive that nobody said may be overwritten', async () => {
  expect(await bench('speed')).toMatchObject({ status: 2, stderr: expect.stringContaining('no subject speed') });
  expect(await bench('--rounds', 'many')).toMatchObject({ status: 2 });
  const device = await bench('throughput', '--device', '/dev/nst99');
  expect(device).toMatchObject({ status: 2, stderr: expect.stringContaining('--overwrite') });
});
