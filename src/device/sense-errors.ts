import {
  BeginningOfPartitionError,
  DriveBusyError,
  EncryptionError,
  EncryptionKeyError,
  EndOfDataError,
  HardwareError,
  IllegalRequestError,
  type LtoError,
  type LtoErrorDetails,
  MediumChangedError,
  MediumError,
  NoMediumError,
  NotReadyError,
  PositionLostError,
  ProtectionError,
  type SenseData,
  TransportError,
  WriteProtectedError,
  type WriteProtectionReason,
} from '../errors/index.js';
import { senseCodes } from '../errors/sense-codes.js';
import { type SenseVendor, senseVendor } from '../scsi/sense/codes-vendor.js';
import { decodeSense } from '../scsi/sense/sense.js';
import type { ScsiReply, ScsiRequest } from '../scsi/wire/command.js';
import type { DeviceNoun } from './noun.js';

type Make = (details: LtoErrorDetails, noun: DeviceNoun) => LtoError;

/** Maps sense data to a typed error: the first matching row applies. An omitted field matches any value. */
export interface SenseRule {
  /** Applies only to drives with this vendor's codes. */
  readonly vendor?: SenseVendor;
  readonly key?: number;
  readonly asc?: number;
  readonly ascq?: number;
  readonly make: Make;
}

/** Unit attentions that change nothing, except that the interrupted command was not carried out. */
const LOSES_NOTHING = [
  { asc: 0x2a, ascq: 0x01, what: 'another host changed mode parameters of the drive' },
  { asc: 0x2a, ascq: 0x10, what: 'the clock of the drive was set' },
  { asc: 0x3f, ascq: 0x0e, what: 'the logical units of the device were changed' },
] as const;

const READ_ONLY_FORMAT = {
  reason: 'read-only-format',
  what: 'the drive reads the format of this cartridge, and does not write it',
  next: 'Use a cartridge of a later generation, or a drive of an earlier one',
} as const;

interface WriteProtectionRule {
  readonly asc?: number;
  readonly ascq?: number;
  readonly reason: WriteProtectionReason;
  readonly what: string;
  readonly next: string;
}

const FOR_GOOD = {
  reason: 'permanent',
  what: 'the cartridge itself is marked as protected',
  next: 'Use another cartridge',
} as const;
const BY_DRIVE = { reason: 'software', next: 'Look at the settings of the drive or of its library' } as const;

/** DATA PROTECT (SPC-5 annex F, SSC-5 4.2.15): the protection and its remedy. */
const WRITE_PROTECTION: readonly WriteProtectionRule[] = [
  { asc: 0x27, ascq: 0x02, what: 'the drive was told to write nothing', ...BY_DRIVE },
  { asc: 0x27, ascq: 0x03, what: 'the drive is set not to write to this cartridge', ...BY_DRIVE },
  { asc: 0x27, ascq: 0x04, ...FOR_GOOD },
  { asc: 0x27, ascq: 0x05, ...FOR_GOOD },
  { asc: 0x27, ascq: 0x06, what: 'the drive writes to this cartridge under conditions only', ...BY_DRIVE },
  {
    asc: 0x27,
    reason: 'switch',
    what: 'the cartridge is write-protected',
    next: 'Move the switch on the cartridge, or use another cartridge',
  },
  { asc: 0x30, ascq: 0x05, ...READ_ONLY_FORMAT },
  {
    asc: 0x30,
    reason: 'worm',
    what: 'what is recorded on write-once media can not be changed',
    next: 'Append after it, or use another cartridge',
  },
  {
    asc: 0x5a,
    reason: 'switch',
    what: 'an operator has set the drive or the cartridge to write-protected',
    next: 'Clear the protection at the drive, or use another cartridge',
  },
  { reason: 'unknown', what: 'the cartridge must not be written', next: 'Use another one' },
];

const RULES: readonly SenseRule[] = [
  // The sense key is MEDIUM ERROR, HARDWARE ERROR or ABORTED COMMAND, depending on the drive.
  ...[0x01, 0x04, 0x05].map((ascq) => ({
    asc: 0x10,
    ascq,
    make: (d: LtoErrorDetails) =>
      new ProtectionError('a block does not match its protection information', {
        next: 'Look at cable, terminator and host adapter, and try again',
        ...d,
      }),
  })),
  {
    key: 0x2,
    asc: 0x3a,
    make: (d) => new NoMediumError('there is no cartridge in the drive', { next: 'Insert one', ...d }),
  },
  {
    key: 0x2,
    asc: 0x04,
    ascq: 0x02,
    make: (d) => new NoMediumError('the cartridge is not loaded', { next: 'Load it with `lto load`', ...d }),
  },
  {
    key: 0x2,
    asc: 0x04,
    make: (d) => new NotReadyError('the drive is not ready yet', { next: 'Wait and try again', ...d }),
  },
  {
    key: 0x2,
    asc: 0x30,
    ascq: 0x03,
    make: (d) => new NotReadyError('there is a cleaning cartridge in the drive', { next: 'Take it out', ...d }),
  },
  { key: 0x2, make: (d) => new NotReadyError('the drive is not ready', { next: 'See `lto status`', ...d }) },
  {
    key: 0x6,
    asc: 0x28,
    make: (d) => new MediumChangedError('the cartridge may have been changed', { next: 'Identify it again', ...d }),
  },
  {
    key: 0x6,
    asc: 0x29,
    make: (d) => new PositionLostError('the drive was reset', { next: 'Rewind or locate before going on', ...d }),
  },
  ...LOSES_NOTHING.map(({ asc, ascq, what }) => ({
    key: 0x6,
    asc,
    ascq,
    make: (d: LtoErrorDetails) =>
      new MediumChangedError(what, { next: 'The command was not carried out: send it again', ...d }),
  })),
  {
    key: 0x6,
    make: (d) =>
      new MediumChangedError('the state of the drive was changed from outside', { next: 'Read it again', ...d }),
  },
  ...[0x01, 0x03].map((ascq) => ({
    asc: 0x74,
    ascq,
    make: (d: LtoErrorDetails) =>
      new EncryptionKeyError('the data is encrypted with a different key than the one in the drive', {
        next: 'Read it with a key store that has that key',
        ...d,
        keyId: undefined,
      }),
  })),
  { asc: 0x74, make: (d) => new EncryptionError('the key in the drive does not match the data', d) },
  {
    key: 0x7,
    asc: 0x2a,
    ascq: 0x13,
    make: (d) => new EncryptionError('the key in the drive is not the one this host is locked to', d),
  },
  ...[0xee, 0xef].map((asc) => ({
    vendor: 'IBM' as const,
    asc,
    make: (d: LtoErrorDetails) => new EncryptionError('the drive requires a key', d),
  })),
  ...WRITE_PROTECTION.map(({ asc, ascq, reason, what, next }) => ({
    key: 0x7,
    ...(asc !== undefined && { asc }),
    ...(ascq !== undefined && { ascq }),
    make: (d: LtoErrorDetails) => new WriteProtectedError(what, { next, ...d, reason }),
  })),
  // CANNOT WRITE MEDIUM - INCOMPATIBLE FORMAT, which drives report with one of three sense keys.
  ...[0x3, 0x5].map((key) => ({
    key,
    asc: 0x30,
    ascq: 0x05,
    make: (d: LtoErrorDetails) => new WriteProtectedError(READ_ONLY_FORMAT.what, { ...READ_ONLY_FORMAT, ...d }),
  })),
  { key: 0x8, make: (d) => new EndOfDataError('nothing is recorded here', d) },
  {
    key: 0x0,
    asc: 0x00,
    ascq: 0x04,
    make: (d) => new BeginningOfPartitionError('the beginning of the tape was reached', d),
  },
  {
    key: 0x3,
    asc: 0x30,
    make: (d, noun) => new MediumError(`the ${noun} can't use this cartridge`, { next: 'See `lto inspect`', ...d }),
  },
  {
    key: 0x3,
    make: (d) => new MediumError('the medium could not be read or written', { next: 'See `lto status`', ...d }),
  },
  {
    key: 0x4,
    make: (d) => new HardwareError('the drive reports a hardware fault', { next: 'Have it checked', ...d }),
  },
  { key: 0x5, make: (d) => new IllegalRequestError('the drive does not support the command or a field of it', d) },
  { key: 0xb, make: (d, noun) => new TransportError(`the ${noun} aborted the command`, { next: 'Try again', ...d }) },
];

/** Sense keys of commands that were carried out (SPC-5 table 48). */
const CARRIED_OUT = new Set([0x0, 0x1]);

/** Text for Linux's host bytes (include/scsi/scsi_status.h). */
const HOST_STATUS: Readonly<Record<number, (noun: DeviceNoun) => string>> = {
  1: (noun) => `the ${noun} is not connected`,
  2: () => 'the bus stayed busy',
  3: (noun) => `the ${noun} did not answer in time`,
  4: (noun) => `the ${noun} is gone`,
  5: () => 'the command was aborted',
  8: () => 'the bus was reset',
  14: (noun) => `the connection to the ${noun} was disrupted`,
  15: (noun) => `the connection to the ${noun} failed fast`,
};

const STATUS_GOOD = 0x00;
const STATUS_CHECK_CONDITION = 0x02;
const STATUS_BUSY: ReadonlySet<number> = new Set([0x08, 0x28]);
const STATUS_RESERVATION_CONFLICT = 0x18;

/** The device that sent the sense data. */
interface SenseSource {
  /** Vendor identification of INQUIRY, if known. */
  readonly vendor?: string | undefined;
  /** `drive` by default. */
  readonly noun?: DeviceNoun | undefined;
  /** Rules of the device type; they take precedence over the general rules. */
  readonly rules?: readonly SenseRule[] | undefined;
}

/** The typed error for sense data. */
export function fromSense(
  sense: SenseData,
  details: LtoErrorDetails,
  { vendor, noun = 'drive', rules = [] }: SenseSource = {},
): LtoError {
  const speaks = vendor === undefined ? undefined : senseVendor(vendor);
  const fits = ({ vendor: family, key, asc, ascq }: SenseRule) =>
    (family === undefined || family === speaks) &&
    (key === undefined || key === sense.key) &&
    (asc === undefined || asc === sense.asc) &&
    (ascq === undefined || ascq === sense.ascq);
  const make =
    (rules.find(fits) ?? RULES.find(fits))?.make ?? ((d: LtoErrorDetails) => new MediumError('the command failed', d));
  return make({ ...details, sense }, noun);
}

/** A reply in short: `good`, the sense as `6/28/00`, or a status other than CHECK CONDITION. */
export function replyOutcome({ status, hostStatus, sense }: ScsiReply): string {
  if (hostStatus !== 0) return `host status ${hostStatus}`;
  const decoded = decodeSense(sense);
  if (decoded) return senseCodes(decoded);
  return status === STATUS_GOOD ? 'good' : `status ${status}`;
}

/** The device that sent a reply. */
interface Answering extends SenseSource {
  readonly device: string;
}

/** The typed error for a reply; undefined if the command was carried out. */
export function replyError(
  reply: ScsiReply,
  command: ScsiRequest,
  { device, vendor, noun = 'drive', rules }: Answering,
): LtoError | undefined {
  const details = { device, operation: command.name };
  if (reply.hostStatus !== 0) {
    const what = HOST_STATUS[reply.hostStatus]?.(noun) ?? `the host adapter reports status ${reply.hostStatus}`;
    return new TransportError(what, { ...details, next: `Check power and cabling, then open the ${noun} again` });
  }
  if (reply.status === STATUS_GOOD) return undefined;
  if (STATUS_BUSY.has(reply.status)) {
    return new DriveBusyError(`the ${noun} is busy`, { ...details, next: 'Try again in a moment' });
  }
  if (reply.status === STATUS_RESERVATION_CONFLICT) {
    const next = `Have it release the ${noun}`;
    return new DriveBusyError(`another host has reserved the ${noun}`, { ...details, next });
  }
  const sense = decodeSense(reply.sense, vendor);
  if (reply.status !== STATUS_CHECK_CONDITION || sense === undefined) {
    return new TransportError(`the ${noun} ended the command with status ${reply.status} and no sense`, details);
  }
  return CARRIED_OUT.has(sense.key) ? undefined : fromSense(sense, details, { vendor, noun, rules });
}
