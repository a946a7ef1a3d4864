import { LtoError, type LtoErrorDetails } from './lto-error.js';

/** A history file cannot be read or written. Work with the tape goes on without it. */
export class HistoryError extends LtoError {
  constructor(what: string, details: LtoErrorDetails) {
    super('LTO_HISTORY', what, details);
  }
}
