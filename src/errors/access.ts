import { LtoError, type LtoErrorDetails } from './lto-error.js';

/** An argument that can never be right: a wrong record size, an index out of range. Nothing was sent to the drive. */
export class InvalidArgumentError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_INVALID_ARGUMENT', what, details);
  }
}

/** The native addon could not be loaded; virtual drives work all the same. */
export class AddonUnavailableError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_ADDON_UNAVAILABLE', what, details);
  }
}

/** There is no such device node or virtual drive, or no drive answers there. */
export class DeviceNotFoundError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_DEVICE_NOT_FOUND', what, details);
  }
}

/** The device is not a sequential-access device; only INQUIRY was sent to it. */
export class NotATapeDriveError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_NOT_A_TAPE_DRIVE', what, details);
  }
}

/** The operating system refuses; the message names the group or the capability that is missing. */
export class PermissionError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_PERMISSION', what, details);
  }
}

/** Another process or stream uses the drive. */
export class DriveBusyError extends LtoError {
  /** Process that holds the drive, if known. */
  readonly holder: number | undefined;
  constructor(what: string, details?: LtoErrorDetails & { readonly holder?: number | undefined }) {
    super('LTO_DRIVE_BUSY', what, details);
    this.holder = details?.holder;
  }
}

/** This handle was closed, or the operation was overtaken by `close()`. */
export class DriveClosedError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_DRIVE_CLOSED', what, details);
  }
}
