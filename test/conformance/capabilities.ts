/** What a backend may lack. A test skips only because its backend declares one of these. */
export const CAPABILITIES = {
  data: 'what is written is read back byte for byte',
  'end-of-data': 'reading and spacing tell the end of the recorded data from other errors',
  'logical-object': 'READ POSITION tells the logical object number',
  'long-position': 'READ POSITION in its long form',
  'any-length': 'records of any length from 1 byte up',
  'megabyte-records': 'records of 1 MiB',
  'large-records': 'records of more than 1 MiB',
  'early-warning': 'early warning is told before the end of the medium',
  'fills-up': 'a cartridge that is small enough to be filled by a test',
  erase: 'ERASE leaves a blank tape',
  load: 'unloading takes the medium away, loading brings it back',
  undisturbed: 'no unit attention comes between the records of a file, of which the bare driver makes EIO',
  locate: 'LOCATE by logical object',
  reset: 'a reset makes the position unknown to the driver',
  'close-after-reset': 'closing behind a reset fails only if a file was being written',
  'space-back': 'spacing back over a record or a filemark from the end of the data',
  serial: 'the drive tells its serial number (VPD page 80)',
  'vpd-refusal': 'a vital product data page that the drive does not have is refused',
  densities: 'REPORT DENSITY SUPPORT',
  log: 'LOG SENSE, with the list of its pages',
  'log-volume': 'log page 17 tells of the cartridge',
  'mount-count': 'log page 17 counts the mounts of the cartridge',
  'volume-megabytes': 'sizes in log page 17 are in megabytes, as the standard has them',
  'live-counters': 'attributes 0220 and 0222 of the cartridge memory grow with what is written',
  temperature: 'log page 0D tells a temperature',
  alerts: 'TapeAlert flags by log page 12, which reading does not clear',
  opcodes: 'REPORT SUPPORTED OPERATION CODES',
  timestamp: 'REPORT TIMESTAMP',
  reservations: 'PERSISTENT RESERVE IN',
  mam: 'READ ATTRIBUTE',
  'mam-lists': 'READ ATTRIBUTE lists attributes and partitions',
  'mam-absent': 'attributes that are not set are left out',
  'mam-write': 'WRITE ATTRIBUTE sets host attributes, and deletes them',
  protection: 'logical block protection is offered, and set by mode page 0A/F0',
  verify: 'VERIFY(6) to the next filemark',
  encryption: 'keys can be set, and what is written with them is encrypted',
} as const;

export type Capability = keyof typeof CAPABILITIES;

/** What a test does to the cartridge. */
export type Effect =
  /** Asks, and leaves tape and settings as they are. */
  | 'asks'
  /** Moves the tape, and writes nothing. */
  | 'moves'
  /** Overwrites the cartridge. */
  | 'writes';

export function isCapability(name: string): name is Capability {
  return Object.hasOwn(CAPABILITIES, name);
}
