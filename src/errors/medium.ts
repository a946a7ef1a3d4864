import { LtoError, type LtoErrorDetails } from './lto-error.js';

/** There is no cartridge in the drive, or it is not loaded. */
export class NoMediumError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_NO_MEDIUM', what, details);
  }
}

/** The drive is not ready yet: it loads, calibrates, formats or erases. Wait and try again. */
export class NotReadyError extends LtoError {
  /** 0 to 1, if the drive reports it. */
  readonly progress: number | undefined;
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_NOT_READY', what, details);
    this.progress = details?.sense?.progress;
  }
}

/**
 * The cartridge may have been changed (unit attention 28h): everything known about it is invalid. Identify it again.
 */
export class MediumChangedError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_MEDIUM_CHANGED', what, details);
  }
}

/** The drive was reset or lost its position: rewind or locate before the next transfer. */
export class PositionLostError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_POSITION_LOST', what, details);
  }
}

/** The position is not the expected one: nothing more is written until it is known again. */
export class PositionMismatchError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_POSITION_MISMATCH', what, details);
  }
}

/** Why writing is forbidden, split by remedy. */
export type WriteProtectionReason =
  /** The switch on the cartridge, or another protection set by its user (7/27/00, 7/27/01, 7/5A/02). */
  | 'switch'
  /** The cartridge itself is marked as protected, permanently or until it is formatted (7/27/04, 7/27/05). */
  | 'permanent'
  /** The drive or its configuration refuses for this cartridge or this host (7/27/02, 7/27/03, 7/27/06). */
  | 'software'
  /** The drive reads this format but does not write it (7/30/05, or no writable density). */
  | 'read-only-format'
  | 'cleaning-cartridge'
  /** Write-once media: recorded data cannot be changed, appending is allowed (7/30/0C, 7/30/0D). */
  | 'worm'
  /** The drive is set to append only (WRITE MODE of mode page 10h subpage 01h), on media that could be rewritten. */
  | 'append-only'
  /** The driver found at load time that the cartridge is write-protected; the drive gives no reason. */
  | 'driver'
  /** The device was opened for reading only. */
  | 'opened-for-reading'
  /** The provider's configuration. */
  | 'configuration'
  /** The drive refuses and gives no reason. */
  | 'unknown';

/** Writing is forbidden by the cartridge, its switch, WORM or the way the drive was opened; see `reason`. */
export class WriteProtectedError extends LtoError {
  /** The first of `reasons`. */
  readonly reason: WriteProtectionReason;
  /** All known reasons. */
  readonly reasons: readonly WriteProtectionReason[];
  constructor(
    what: string,
    details: LtoErrorDetails & {
      readonly reason: WriteProtectionReason;
      readonly reasons?: readonly WriteProtectionReason[] | undefined;
    },
  ) {
    super('LTO_WRITE_PROTECTED', what, details);
    this.reason = details.reason;
    this.reasons = details.reasons ?? [details.reason];
  }
}

/** The tape holds data that the operation would destroy, and overwriting was not permitted. */
export class NotBlankError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_NOT_BLANK', what, details);
  }
}

/** File 0 is not a cartridge label, or its label cannot be read. */
export class LabelError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_LABEL', what, details);
  }
}
