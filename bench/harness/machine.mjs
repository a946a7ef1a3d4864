import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

const PACKAGE = new URL('../../package.json', import.meta.url);

/** What the figures were measured on. */
export function machine() {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    library: JSON.parse(readFileSync(PACKAGE, 'utf8')).version,
    lab: process.env.LTO_LAB_DRIVE ?? null,
    loadAverage: loadavg().map((load) => Math.round(load * 10) / 10),
    at: new Date().toISOString(),
  };
}
