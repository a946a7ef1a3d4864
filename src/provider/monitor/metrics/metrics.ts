import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { requireRecord } from '../../../arguments/options.js';
import { readTapeStatistics, type TapeStatistics } from '../../../backends/linux/tape-statistics.js';
import { LtoError } from '../../../errors/index.js';
import type { Health } from '../../../tape/reports/health/health.js';
import type { LiveInfo } from '../live-info.js';
import { SharedReading } from '../shared-reading.js';
import { FAMILIES } from './families.js';
import type { Facts, Family } from './family.js';
import { ProcessCounts, type Value } from './process-counts.js';

/** The `Registry` of prom-client, or what takes metrics as it does. */
export interface MetricsRegistry {
  registerMetric(metric: never): void;
}

/** What is measured: `LtoProvider` is one. */
export interface MeasuredProvider {
  readonly configuration: { readonly devicePath?: string | undefined; readonly library?: string | undefined };
  getLiveInfo(): Promise<LiveInfo>;
  health(): Promise<Health>;
}

export interface Metrics {
  /** Ends the counting of commands. The metrics stay in the registry. */
  close(): void;
}

/** As prom-client keeps a metric: it asks `get` at each scrape. */
interface RegisteredMetric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly aggregator: 'sum';
  get(): Promise<object>;
  reset(): void;
}

/** All families of a scrape come from one look at the drives. */
const SCRAPE_MS = 1000;

/**
 * Puts metrics of the providers' drives and cartridges into a registry of prom-client, by Prometheus's conventions: see
 * docs/guide/monitoring.md. They are read at each scrape; the tape is never moved, and a drive that cannot be reached is a
 * state. Throws InvalidArgumentError for what is no registry or provider, and what the registry throws for a name that it
 * has already.
 */
export function createMetrics(registry: MetricsRegistry, ...providers: readonly MeasuredProvider[]): Metrics {
  requireRecord('a registry', registry, { operation: 'metrics', next: 'Give a Registry of prom-client' });
  for (const provider of providers) requireRecord('a provider', provider, { operation: 'metrics' });
  const reading = new SharedReading(async () => {
    return { value: await Promise.all(providers.map(factsOf)), readAt: Date.now() };
  });
  const counts = new ProcessCounts();
  const register = (metric: RegisteredMetric) => registry.registerMetric(metric as never);
  for (const family of FAMILIES) {
    register(metricOf(family, async () => valuesOf(family, (await reading.get(SCRAPE_MS)).value)));
  }
  for (const { values, ...family } of counts.families) register(metricOf(family, async () => values()));
  return { close: () => counts.close() };
}

/** The values of a family for all drives. */
export function valuesOf(family: Family, all: readonly Facts[]): Value[] {
  return all.flatMap((facts) => {
    const { drive, tape } = facts.live;
    const common = {
      device: facts.device,
      ...(drive?.serial !== undefined && { drive: drive.serial }),
      ...(family.ofCartridge && { cartridge: tape?.mediumSerial ?? '', barcode: tape?.barcode ?? '' }),
    };
    const samples = family.samples(facts).filter(({ value }) => value !== undefined);
    return samples.map(({ labels, value = 0 }) => ({ labels: { ...common, ...labels }, value }));
  });
}

async function factsOf(provider: MeasuredProvider): Promise<Facts> {
  const { devicePath, library } = provider.configuration;
  const live = await provider.getLiveInfo();
  const health = live.drive === undefined ? undefined : await provider.health().catch(unlessOurs);
  return { device: devicePath ?? library ?? '', live, health, statistics: await statisticsOf(devicePath) };
}

/** What the driver counts for a node such as `/dev/nst0`, or a link to it. */
async function statisticsOf(device: string | undefined): Promise<TapeStatistics | undefined> {
  const node = device && basename(await realpath(device).catch(() => ''));
  return node && /^nst\d+$/.test(node) ? readTapeStatistics(node) : undefined;
}

/** A drive that fails while it is asked is no reason for an empty scrape. */
function unlessOurs(error: unknown): undefined {
  if (!(error instanceof LtoError)) throw error;
}

function metricOf(
  { name, help, type }: Pick<Family, 'name' | 'help' | 'type'>,
  values: () => Promise<readonly Value[]>,
): RegisteredMetric {
  const facts = { name, help, type, aggregator: 'sum' } as const;
  return { ...facts, get: async () => ({ ...facts, values: await values() }), reset: () => undefined };
}
