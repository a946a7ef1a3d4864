import { LtoError, type LtoErrorDetails } from './lto-error.js';

/**
 * An argument that can never be valid, such as a wrong record size or an index out of range. Nothing was sent to the
 * drive.
 */
export class InvalidArgumentError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_INVALID_ARGUMENT', what, details);
  }
}

/** The native addon could not be loaded. Virtual drives work without it. */
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

/** The operating system denies access; the message names the missing group or capability. */
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

/** This handle was closed before or during the operation. */
export class DriveClosedError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_DRIVE_CLOSED', what, details);
  }
}
