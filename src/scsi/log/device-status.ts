import { flag, uint } from '../wire/layout.js';
import { counter, entry } from './entry.js';
import { structureKind } from './kinds.js';
import type { LogTable } from './values.js';

/** Very high frequency data (ADC-3, SSC-5): may be polled while the tape moves. */
export const VERY_HIGH_FREQUENCY_DATA = structureKind('very high frequency data', 4, {
  /** PAMR: removal is prevented. */
  preventMediumRemoval: flag(0, 7),
  /** HIU. */
  hostInitiatedUnload: flag(0, 6),
  /** MACC: the cartridge memory can be read. */
  memoryAccessible: flag(0, 5),
  /** CMPR. */
  compressionEnabled: flag(0, 4),
  /** WRTP. */
  writeProtected: flag(0, 3),
  /** CRQST. */
  cleaningRequested: flag(0, 2),
  /** CRQRD: the drive can do nothing before it is cleaned. */
  cleaningRequired: flag(0, 1),
  /** DINIT: the drive is initialised and the rest of this data is valid. */
  initialised: flag(0, 0),
  /** INXTN: between two states. */
  inTransition: flag(1, 7),
  /** RAA. */
  roboticAccessAllowed: flag(1, 5),
  /** MPRSNT. */
  mediumPresent: flag(1, 4),
  /** MSTD. */
  mediumSeated: flag(1, 2),
  /** MTHRD. */
  mediumThreaded: flag(1, 1),
  /** MOUNTED: loading has finished. */
  mounted: flag(1, 0),
  /** Key of `DEVICE_ACTIVITY`. */
  activity: uint(2, 1),
  /** VS. */
  vendorSpecific: flag(3, 7),
  /** TDDEC: an entry was added to the tape diagnostic data page. */
  diagnosticDataCreated: flag(3, 5),
  /** EPP. */
  encryptionParametersPresent: flag(3, 4),
  /** ESR. */
  encryptionServiceRequested: flag(3, 3),
  /** RRQST. */
  recoveryRequested: flag(3, 2),
  /** INTFC. */
  interfaceChanged: flag(3, 1),
  /** TAFC: a TapeAlert flag changed. */
  tapeAlertChanged: flag(3, 0),
});

/** DT DEVICE ACTIVITY codes; 80h and above are vendor-specific. */
export const DEVICE_ACTIVITY = [
  'no activity',
  'cleaning',
  'loading',
  'unloading',
  'other medium activity',
  'reading',
  'writing',
  'locating',
  'rewinding',
  'erasing',
  'formatting',
  'calibrating',
  'other activity',
  'microcode update',
  'reading encrypted',
  'writing encrypted',
  'diagnostic operation',
] as const;

export type DeviceActivity = (typeof DEVICE_ACTIVITY)[number];

/** The activity of a code; undefined for reserved and vendor-specific codes. */
export function deviceActivity(code: number): DeviceActivity | undefined {
  return DEVICE_ACTIVITY[code];
}

/** Data encryption control, key management errors and port status stay raw: ADC-3, not SSC-5, defines their layout. */
export const DEVICE_STATUS = {
  page: 0x11,
  subpage: 0,
  name: 'DT device status',
  control: 0x03,
  entries: [
    entry(0, 'status', 'Very high frequency data', VERY_HIGH_FREQUENCY_DATA, 4),
    counter(1, 'pollingDelay', 'Very high frequency polling delay', 2, 'ms'),
  ],
} as const satisfies LogTable;
