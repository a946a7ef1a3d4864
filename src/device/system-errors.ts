import {
  DeviceNotFoundError,
  DriveBusyError,
  DriveClosedError,
  type LtoError,
  type LtoErrorDetails,
  MediumError,
  NoMediumError,
  NotATapeDriveError,
  PermissionError,
  PositionMismatchError,
  RecordTooLargeError,
  TransportError,
  WriteProtectedError,
} from '../errors/index.js';
import { isSystemError } from '../errors/system-error.js';
import type { DeviceNoun } from './noun.js';

type Make = (details: LtoErrorDetails, noun: DeviceNoun) => LtoError;

const notFound: Make = (details, noun) =>
  new DeviceNotFoundError(`there is no such ${noun}`, {
    next: `Check the name against /dev/tape/by-id and the power and cabling of the ${noun}`,
    ...details,
  });

const noMedium: Make = (details) =>
  new NoMediumError('there is no cartridge in the drive', {
    next: 'Insert one, or load it with `lto load`',
    ...details,
  });

const writeProtected: Make = (details) =>
  new WriteProtectedError('the cartridge is write-protected', {
    next: 'Move the switch on the cartridge, or use another cartridge',
    ...details,
    reason: 'driver',
  });

const openedForReading: Make = (details) =>
  new WriteProtectedError('the drive was opened for reading only', {
    next: 'Open it again, without reading only',
    ...details,
    reason: 'opened-for-reading',
  });

const permission: Make = (details) =>
  new PermissionError('the operating system does not allow it', {
    next: 'Run as a member of the group that owns the node (usually `tape`)',
    ...details,
  });

const busy: Make = (details, noun) =>
  new DriveBusyError(`another program, or another handle of this one, holds the ${noun}`, {
    next: 'Wait until it is closed, or end that program',
    ...details,
  });

const rawIo: Make = (details, noun) =>
  new PermissionError('the kernel does not let this process send the command', {
    next: `Queries need the sg node of the ${noun} (group \`tape\`), or CAP_SYS_RAWIO when sent through the tape node`,
    ...details,
  });

/** No Linux call reports this: the addon does, when it has read the position between two records. */
const moved =
  (next: string): Make =>
  (details) =>
    new PositionMismatchError('the tape was moved in the middle of the file by another program, or by a reset', {
      next,
      ...details,
    });

const UNKNOWN_SIZES = { offered: 0, largest: 0 } as const;

/** `st` could not build the request: nothing reached the drive. */
const notCarried: Make = (details) =>
  new RecordTooLargeError('the path to the drive does not carry a transfer of that size', {
    next: 'Use smaller records: the scatter list of the host adapter is too short (sg_tablesize in /sys/class/scsi_host)',
    ...details,
    ...UNKNOWN_SIZES,
    limit: 'path',
  });

/** Meaning of an errno value; `<errno> <syscall>` takes precedence over `<errno>`. */
const MEANING: Readonly<Record<string, Make>> = {
  'EACCES MTIOCTOP': writeProtected,
  'EACCES write': writeProtected,
  'EBADF write': openedForReading,
  'ESTALE read': moved('Find that program, and read the file again'),
  'ESTALE write': moved(
    'Find that program, rewind, and check what is on the tape: the end of this file may be elsewhere',
  ),
  'ESTALE MTIOCTOP': moved('Find that program, rewind, and check what is on the tape: nothing was written here'),
  'EPERM SG_IO': rawIo,
  'EACCES SG_IO': rawIo,
  ENOENT: notFound,
  ENXIO: notFound,
  ENODEV: notFound,
  ENOTDIR: notFound,
  ENOMEDIUM: noMedium,
  EROFS: writeProtected,
  EACCES: permission,
  EPERM: permission,
  'EBUSY open': busy,
  'EBUSY read': notCarried,
  'EBUSY write': notCarried,
  ENOTTY: (details) => new NotATapeDriveError('this is not a tape drive', details),
  'ENOMEM read': (details) =>
    new RecordTooLargeError('the record is larger than the buffer', {
      ...details,
      ...UNKNOWN_SIZES,
      limit: 'maxRecordSize',
    }),
  ERR_LTO_CLOSED: (details, noun) =>
    new DriveClosedError(`the ${noun} is closed`, { ...details, errno: undefined, next: 'Open it again' }),
  EIO: (details, noun) =>
    new MediumError(`the ${noun} reported an input/output error`, {
      next: 'Look at `lto status` and the kernel log for the cause',
      ...details,
    }),
};

/** A failed system call, reported by a rejection or in an outcome. */
export interface CallFailure {
  /** Name of the errno value. */
  readonly code: string;
  readonly syscall: string;
  /** The error of the rejection. */
  readonly cause?: unknown;
}

/** The failed system call of an error; undefined for any other error. */
export function callFailure(error: unknown): CallFailure | undefined {
  return isSystemError(error) ? { code: error.code, syscall: error.syscall, cause: error } : undefined;
}

/** The typed error for a failed system call. */
export function callError(
  { code, syscall, cause }: CallFailure,
  details: LtoErrorDetails,
  noun: DeviceNoun = 'drive',
): LtoError {
  const full = { ...details, errno: code, cause };
  const make = MEANING[`${code} ${syscall}`] ?? MEANING[code];
  return make ? make(full, noun) : new TransportError(`${syscall} failed`, full);
}

/** As `callError` for a caught error; an error that is not from a system call is returned unchanged. */
export function fromSystemError(error: unknown, details: LtoErrorDetails, noun?: DeviceNoun): unknown {
  const failure = callFailure(error);
  return failure ? callError(failure, details, noun) : error;
}
