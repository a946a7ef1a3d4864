import { LtoError, type LtoErrorDetails } from './lto-error.js';

/** Why a catalogue cannot be used, split by remedy. */
export type CatalogueReason =
  /** Its schema is of a newer version of this library. */
  | 'newer-schema'
  /** It is no catalogue, or it is damaged. */
  | 'malformed'
  /** Another process has it for too long. */
  | 'busy'
  /** The package of its database, named in the message, is not installed. */
  | 'no-driver'
  /** It cannot be reached: the server is gone, or the file cannot be opened. */
  | 'unreachable'
  /** Its disk is full, or fails. */
  | 'disk'
  /** Another failure of the database. */
  | 'failed';

/** The catalogue cannot be used. What is on tape is as safe as before; `reconcile` makes the catalogue agree with it. */
export class CatalogueError extends LtoError {
  readonly reason: CatalogueReason;
  constructor(what: string, details: LtoErrorDetails & { readonly reason: CatalogueReason }) {
    super('LTO_CATALOGUE', what, details);
    this.reason = details.reason;
  }
}
