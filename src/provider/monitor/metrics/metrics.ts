import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { requireRecord } from '../../../arguments/options.js';
import { COMMAND_CHANNEL, type CommandEvent } from '../../../device/command-log.js';
import { LtoError } from '../../../errors/index.js';
import type { Health } from '../../../tape/reports/health/health.js';
import type { LiveInfo } from '../live-info.js';
import { SharedReading } from '../shared-reading.js';
import { FAMILIES, type Facts, type Family, type Labels } from './families.js';

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

interface Value {
  readonly labels: Labels;
  readonly value: number;
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
  const commands = new CommandCounts();
  const register = (metric: RegisteredMetric) => registry.registerMetric(metric as never);
  for (const family of FAMILIES) {
    register(metricOf(family, async () => valuesOf(family, (await reading.get(SCRAPE_MS)).value)));
  }
  const counted = { type: 'counter' } as const;
  const count = { ...counted, name: 'lto_commands_total', help: 'Commands to drive and driver, by their outcome.' };
  register(metricOf(count, async () => commands.values('count')));
  const seconds = { ...counted, name: 'lto_command_seconds_total', help: 'Time of these commands, with the queue.' };
  register(metricOf(seconds, async () => commands.values('seconds')));
  return { close: () => commands.close() };
}

async function factsOf(provider: MeasuredProvider): Promise<Facts> {
  const { devicePath, library } = provider.configuration;
  const live = await provider.getLiveInfo();
  const health = live.drive === undefined ? undefined : await provider.health().catch(unlessOurs);
  return { device: devicePath ?? library ?? '', live, health };
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

function valuesOf(family: Family, all: readonly Facts[]): Value[] {
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

interface Count {
  readonly labels: Labels;
  count: number;
  seconds: number;
}

/** Commands of this process, from the diagnostics channel. */
class CommandCounts {
  readonly #counts = new Map<string, Count>();
  readonly #listener = (message: unknown) => this.#add(message as CommandEvent);

  constructor() {
    subscribe(COMMAND_CHANNEL, this.#listener);
  }

  values(what: 'count' | 'seconds'): Value[] {
    return [...this.#counts.values()].map(({ labels, ...value }) => ({ labels, value: value[what] }));
  }

  close(): void {
    unsubscribe(COMMAND_CHANNEL, this.#listener);
  }

  #add({ device, operation: named, outcome, duration }: CommandEvent): void {
    // The count of a motion is no dimension.
    const operation = named.replace(/ -?\d+$/, '');
    const key = JSON.stringify([device, operation, outcome]);
    const known = this.#counts.get(key) ?? { labels: { device, operation, outcome }, count: 0, seconds: 0 };
    known.count += 1;
    known.seconds += duration / 1000;
    this.#counts.set(key, known);
  }
}
