import type { HealthVerdict } from '../../../tape/reports/health/rules.js';
import type { LiveInfo } from '../live-info.js';
import { DRIVER_FAMILIES } from './driver-families.js';
import { counter, type Family, flag, gauge, ofCartridge } from './family.js';

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

/** Attributes of the cartridge memory that are families of their own. */
const OF_CARTRIDGE = [
  ['gauge', 'capacity_bytes', 'Capacity of the partition that is written, without compression.', 'maximumCapacity'],
  ['gauge', 'remaining_bytes', 'What is left of that capacity.', 'remainingCapacity'],
  ['counter', 'loads_total', 'How often the cartridge was loaded in its life.', 'loadCount'],
  ['counter', 'written_bytes_total', 'Bytes written to the cartridge in its life.', 'lifetimeWritten'],
  ['counter', 'read_bytes_total', 'Bytes read from the cartridge in its life.', 'lifetimeRead'],
] as const;

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
  gauge('lto_drive_job_active', 'Whether a job of this process moves the tape.', (facts) => {
    // Who only looks has no jobs.
    return 'holder' in facts ? [] : [{ value: Number(facts.live.job !== undefined) }];
  }),
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
  counter('lto_drive_loads_total', 'Loads in the life of the drive.', ({ health }) => [
    { value: health?.drive?.loads },
  ]),
  counter('lto_drive_cleanings_total', 'Cleanings in the life of the drive.', ({ health }) => [
    { value: health?.drive?.cleanings },
  ]),
  ...DRIVER_FAMILIES,
  ...OF_CARTRIDGE.map(([type, name, help, key]): Family => {
    const samples: Family['samples'] = ({ live }) => [{ value: live.tape?.values[key] }];
    return { name: `lto_cartridge_${name}`, help, type, ofCartridge: true, samples };
  }),
  ofCartridge(
    gauge(
      'lto_cartridge_life_remaining_ratio',
      'Useful life that the drive gives the cartridge, 0 to 1.',
      ({ health }) => {
        const percent = health?.cartridge?.lifeRemainingPercent;
        return [{ value: percent === undefined ? undefined : percent / 100 }];
      },
    ),
  ),
];
