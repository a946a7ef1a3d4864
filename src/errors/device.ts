import { LtoError, type LtoErrorDetails } from './lto-error.js';

/** The drive itself is at fault (sense key 4). */
export class HardwareError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_HARDWARE_ERROR', what, details);
  }
}

/** The drive does not know the command, the page or the field (sense key 5). */
export class IllegalRequestError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_ILLEGAL_REQUEST', what, details);
  }
}

/** The command got no answer: timeout, reset, cable, host adapter. The drive's state is unknown. */
export class TransportError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_TRANSPORT', what, details);
  }
}

/** The drive's answer is shorter than or different from what the standard allows. */
export class MalformedResponseError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_MALFORMED_RESPONSE', what, details);
  }
}

/** What was set or written reads back differently. */
export class VerificationError extends LtoError {
  /** Of a whole file that was read and has another checksum than was expected: the one it has. */
  readonly checksum: string | undefined;
  constructor(what: string, details?: LtoErrorDetails & { readonly checksum?: string | undefined }) {
    super('LTO_VERIFICATION_FAILED', what, details);
    this.checksum = details?.checksum;
  }
}
