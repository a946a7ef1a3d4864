import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Registry } from 'prom-client';
import { expect, it, onTestFinished } from 'vitest';
import { InvalidArgumentError } from '../../../src/errors/index.js';
import { FAMILIES } from '../../../src/provider/monitor/metrics/families.js';
import { createMetrics } from '../../../src/provider/monitor/metrics/metrics.js';
import { ProcessCounts } from '../../../src/provider/monitor/metrics/process-counts.js';
import { LtoProvider } from '../../../src/provider/provider.js';
import { ID, MIB, newLabelledBench, source } from '../support.js';

const RULES = fileURLToPath(new URL('../../../docs/monitoring/alerts.yml', import.meta.url));

async function failed(stream: Readable): Promise<boolean> {
  return stream.toArray().then(
    () => false,
    () => true,
  );
}

async function scraped() {
  const bench = await newLabelledBench({ throttleMs: 0 });
  const registry = new Registry();
  const metrics = createMetrics(registry, bench.provider);
  onTestFinished(() => metrics.close());
  return { ...bench, registry };
}

it('drive and cartridge are measured at each scrape', async () => {
  const { provider, registry, virtual } = await scraped();
  await provider.prepareForWrite(ID);
  await provider.writeArchive(ID, source(3 * MIB));
  const text = await registry.metrics();
  const serial = virtual.identity.serial;
  expect(text).toMatch(new RegExp(`^lto_drive_online\\{device="virtual:.*",drive="${serial}"\\} 1$`, 'm'));
  expect(text).toMatch(/^lto_drive_state\{.*state="ready"\} 1$/m);
  expect(text).toMatch(/^lto_drive_state\{.*state="offline"\} 0$/m);
  expect(text).toMatch(new RegExp(`^lto_cartridge_capacity_bytes\\{.*barcode="${ID}"\\} 1\\d{13}$`, 'm'));
  expect(text).toMatch(/^lto_health_verdict\{.*verdict="good"\} 1$/m);
  expect(text).toMatch(/^lto_drive_temperature_celsius\{.*\} \d+$/m);
  expect(text).toMatch(/^lto_commands_total\{.*operation="write",outcome="\w+"\} [1-9]/m);
  expect(text).not.toMatch(/undefined|NaN/);
});

it('files, and calls that were rejected by the class of their error, are counted', async () => {
  const { provider, registry, device } = await scraped();
  await provider.prepareForWrite(ID);
  const { location } = await provider.writeArchive(ID, source(3 * MIB));
  await provider.verifyArchive(ID, location);
  expect(await failed(await provider.readArchive(ID, 17))).toBe(true);
  await expect(provider.writeArchive('OTHER1L8', source(1))).rejects.toThrow();
  const text = await registry.metrics();
  const of = (direction: string) => `device="${device}",direction="${direction}"`;
  expect(text).toContain(`lto_file_bytes_total{${of('writing')}} ${3 * MIB}\n`);
  expect(text).toContain(`lto_file_records_total{${of('writing')}} 12\n`);
  expect(text).toContain(`lto_files_total{${of('writing')},outcome="whole"} 1\n`);
  expect(text).toMatch(/^lto_files_total\{.*direction="reading",outcome="whole"\} [1-9]/m);
  expect(text).toMatch(/^lto_errors_total\{.*subject="LtoProvider",operation="writeArchive",code="LTO_[A-Z_]+"\} 1$/m);
});

it('a drive that cannot be reached is a state, and a cartridge that is gone is none', async () => {
  const { registry, virtual } = await scraped();
  await virtual.remove();
  await new Promise((resolve) => setTimeout(resolve, 1100));
  const text = await registry.metrics();
  expect(text).toMatch(/^lto_drive_state\{.*state="no-medium"\} 1$/m);
  expect(text).not.toMatch(/^lto_cartridge_/m);
  const other = new Registry();
  const metrics = createMetrics(other, new LtoProvider({ devicePath: '/dev/nst94' }));
  onTestFinished(() => metrics.close());
  expect(await other.metrics()).toMatch(/^lto_drive_state\{device="\/dev\/nst94",state="offline"\} 1$/m);
});

it('names follow the conventions, and the documentation has each', async () => {
  const page = await readFile(new URL('../../../docs/guide/monitoring.md', import.meta.url), 'utf8');
  const rules = await readFile(RULES, 'utf8');
  const counts = new ProcessCounts();
  onTestFinished(() => counts.close());
  const all = [...FAMILIES, ...counts.families];
  const names = all.map(({ name }) => name);
  for (const { name, type } of all) {
    expect(name).toMatch(/^lto_[a-z_]+$/);
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
    expect(page, name).toContain(`\`${name}\``);
  }
  for (const [used = ''] of rules.matchAll(/lto_[a-z_]+/g)) expect(names).toContain(used);
});

it('what is no registry or provider is refused', () => {
  for (const registry of [null, undefined, 7, 'x']) {
    expect(() => createMetrics(registry as never)).toThrow(InvalidArgumentError);
  }
  expect(() => createMetrics(new Registry(), null as never)).toThrow(InvalidArgumentError);
});

it('promtool takes the scrape and the rules, where it is installed', async (context) => {
  const run = promisify(execFile);
  const known = await run('promtool', ['--version']).catch(() => undefined);
  if (known === undefined) return context.skip();
  await run('promtool', ['check', 'rules', RULES]);
  const { registry } = await scraped();
  const checking = run('promtool', ['check', 'metrics']);
  checking.child.stdin?.end(await registry.metrics());
  const { stdout, stderr } = await checking;
  expect(stdout + stderr).toBe('');
});
