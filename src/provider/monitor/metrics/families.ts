import type { Health } from '../../../tape/reports/health/health.js';
import type { HealthVerdict } from '../../../tape/reports/health/rules.js';
import type { LiveInfo } from '../live-info.js';

/** What one scrape has found of a provider's drive. */
export interface Facts {
  readonly device: string;
  readonly live: LiveInfo;
  /** Undefined while the drive cannot be asked. */
  readonly health: Health | undefined;
}

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels?: Labels;
  readonly value: number | undefined;
}

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  /** Also names the cartridge, by its serial number and barcode. */
  readonly ofCartridge?: true;
  readonly samples: (facts: Facts) => readonly Sample[];
}

const STATES: readonly LiveInfo['state'][] = [
  ...(['ready', 'no-medium', 'not-loaded', 'becoming-ready', 'not-ready', 'busy', 'offline'] as const),
];
const VERDICTS: readonly HealthVerdict[] = ['good', 'attention', 'bad'];
const DIRECTIONS = ['writing', 'reading'] as const;

const TRANSFER_HELP = {
  corrected: 'Errors since the load that were corrected.',
  uncorrected: 'Errors since the load that were not corrected.',
  retries: 'Rewrites and rereads since the load.',
} as const;

/** One row for each family: base units, `_total` for what only grows, one label for each dimension. */
export const FAMILIES: readonly Family[] = [
  gauge('lto_drive_info', 'Vendor, model and firmware of the drive.', ({ live: { drive } }) =>
    drive === undefined
      ? []
      : [{ labels: { vendor: drive.vendor, model: drive.model, firmware: drive.firmware }, value: 1 }],
  ),
  gauge('lto_drive_online', 'Whether a cartridge is ready in the drive.', ({ live }) => [
    { value: Number(live.online) },
  ]),
  gauge('lto_drive_state', 'State of the drive: 1 for the present one.', ({ live }) =>
    STATES.map((state) => ({ labels: { state }, value: Number(live.state === state) })),
  ),
  gauge('lto_drive_job_active', 'Whether a job of this process moves the tape.', ({ live }) => [
    { value: Number(live.job !== undefined) },
  ]),
  gauge('lto_drive_loading_ratio', 'Progress of a load or calibration, 0 to 1.', ({ live }) => [
    { value: live.progress },
  ]),
  gauge('lto_drive_temperature_celsius', 'Temperature of the drive.', ({ health }) => [{ value: health?.temperature }]),
  gauge('lto_drive_cleaning_required', 'Whether the drive must or should be cleaned.', ({ health }) => [
    { value: flag(health && (health.cleaning.required || health.cleaning.requested)) },
  ]),
  gauge('lto_health_verdict', 'Verdict over drive and cartridge: 1 for the present one.', ({ health }) =>
    health === undefined
      ? []
      : VERDICTS.map((verdict) => ({ labels: { verdict }, value: Number(health.verdict === verdict) })),
  ),
  gauge('lto_tapealert_active', 'Active TapeAlert flags.', ({ live }) =>
    (live.tape?.alerts ?? []).map(({ flag: number, name, severity }) => ({
      labels: { flag: String(number), name, severity },
      value: 1,
    })),
  ),
  ...(['corrected', 'uncorrected', 'retries'] as const).map((kind) =>
    counter(`lto_drive_${kind === 'retries' ? 'retries' : `${kind}_errors`}_total`, TRANSFER_HELP[kind], ({ health }) =>
      DIRECTIONS.map((direction) => ({ labels: { direction }, value: health?.[direction][kind] })),
    ),
  ),
  ofCartridge(
    gauge(
      'lto_cartridge_capacity_bytes',
      'Capacity of the partition that is written, without compression.',
      ({ live }) => [{ value: live.tape?.values.maximumCapacity }],
    ),
  ),
  ofCartridge(
    gauge('lto_cartridge_remaining_bytes', 'What is left of that capacity.', ({ live }) => [
      { value: live.tape?.values.remainingCapacity },
    ]),
  ),
  ofCartridge(
    counter('lto_cartridge_loads_total', 'How often the cartridge was loaded in its life.', ({ live }) => [
      { value: live.tape?.values.loadCount },
    ]),
  ),
  ofCartridge(
    counter('lto_cartridge_written_bytes_total', 'Bytes written to the cartridge in its life.', ({ live }) => [
      { value: live.tape?.values.lifetimeWritten },
    ]),
  ),
  ofCartridge(
    counter('lto_cartridge_read_bytes_total', 'Bytes read from the cartridge in its life.', ({ live }) => [
      { value: live.tape?.values.lifetimeRead },
    ]),
  ),
];

type Samples = Family['samples'];

function gauge(name: string, help: string, samples: Samples): Family {
  return { name, help, type: 'gauge', samples };
}

function counter(name: string, help: string, samples: Samples): Family {
  return { name, help, type: 'counter', samples };
}

function ofCartridge(family: Family): Family {
  return { ...family, ofCartridge: true };
}

function flag(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}
