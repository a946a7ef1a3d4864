import type { Capability } from './capabilities.js';

/** What is known of a kind of drive before the suite is run on it. */
export interface Profile {
  /** Each with its reason. */
  readonly lacks: Readonly<Partial<Record<Capability, string>>>;
  /** Bytes of the records that fill a tape: small where the tape is limited by their number. */
  readonly fillRecordSize: number;
}

const KIB = 1024;
const FILL_RECORD_SIZE = 256 * KIB;

const NOT_EMULATED = 'not emulated';

/** What neither the kernel's scsi_debug nor tgt has. */
const LACKED_BY_EMULATIONS = {
  'long-position': NOT_EMULATED,
  'any-length': 'blocks are multiples of 512 bytes',
  'large-records': 'READ BLOCK LIMITS: 1 MiB at most',
  densities: NOT_EMULATED,
  alerts: NOT_EMULATED,
  timestamp: NOT_EMULATED,
  reservations: NOT_EMULATED,
  mam: NOT_EMULATED,
  'mam-lists': NOT_EMULATED,
  'mam-absent': NOT_EMULATED,
  'mam-write': NOT_EMULATED,
  protection: NOT_EMULATED,
  verify: NOT_EMULATED,
  encryption: NOT_EMULATED,
} as const;

export const PROFILES = {
  virtual: { lacks: {}, fillRecordSize: FILL_RECORD_SIZE },
  'virtual, unknown-marks': {
    lacks: { 'log-volume': 'the counters of the page are marked as unknown' },
    fillRecordSize: FILL_RECORD_SIZE,
  },
  'virtual, no-early-warning': {
    lacks: { 'early-warning': 'there is no zone to tell of' },
    fillRecordSize: FILL_RECORD_SIZE,
  },
  'virtual, attention-in-file': {
    lacks: { undisturbed: 'the trait itself' },
    fillRecordSize: FILL_RECORD_SIZE,
  },
  'virtual, no-block-protection': {
    lacks: { protection: 'the trait itself' },
    fillRecordSize: FILL_RECORD_SIZE,
  },
  scsi_debug: {
    lacks: {
      ...LACKED_BY_EMULATIONS,
      data: 'keeps the first 4 bytes of a block only',
      'log-volume': 'has log pages 0D and 2F only',
    },
    fillRecordSize: 4 * KIB,
  },
  tgt: {
    lacks: {
      ...LACKED_BY_EMULATIONS,
      'end-of-data': 'answers BLANK CHECK without a residual, so that a read at the end of data looks like data',
      'logical-object': NOT_EMULATED,
      'early-warning': 'the record behind the last one is refused without a warning',
      erase: NOT_EMULATED,
      locate: NOT_EMULATED,
      reset: 'gives no unit attention after a reset',
      'space-back': 'SPACE backwards from the end of the data goes nowhere',
      log: NOT_EMULATED,
      'log-volume': NOT_EMULATED,
    },
    fillRecordSize: FILL_RECORD_SIZE,
  },
  mhvtl: {
    lacks: {
      'vpd-refusal': 'answers GOOD with no data',
      'mount-count': 'the mounts of log page 17 are 0',
      'live-counters': 'attributes 0220 to 0223 stay as they are until the cartridge is unloaded',
      'volume-megabytes': 'sizes in log page 17 are in MiB',
      temperature: 'always 0',
      alerts: 'log page 12 is not there; reading page 2E clears the flags',
      opcodes: 'refused with 05/20/00',
      'mam-lists': 'the partition list is empty, and the list of supported attributes refused',
      'mam-absent': 'attributes that are not set are there, as zero bytes',
      'mam-write': 'a length of zero does not delete, and a shorter value keeps the end of the old one',
      protection: 'not known',
      verify: 'not known',
      encryption: 'filemarks cannot be read with decryption on',
      'fills-up': 'depends on the size that its configuration gives a cartridge',
      reset: 'not known',
    },
    fillRecordSize: FILL_RECORD_SIZE,
  },
  lto: {
    lacks: {
      'fills-up': 'takes half a day',
      reset: 'a reset of the device disturbs whoever shares the bus',
    },
    fillRecordSize: FILL_RECORD_SIZE,
  },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof PROFILES;

export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(PROFILES, name);
}

/**
 * The profile of a backend of ours by its name in the matrix, which tells in brackets how it is reached and behind a
 * comma its trait. A trait that has no profile of its own lacks nothing.
 */
export function profileOf(backend: string): ProfileName {
  const reached = backend.replace(/ \([^)]*\)/, '');
  if (isProfileName(reached)) return reached;
  const name = reached.replace(/, .*$/, '');
  if (isProfileName(name)) return name;
  throw new Error(`there is no profile ${JSON.stringify(name)}: ${Object.keys(PROFILES).join(', ')}`);
}
