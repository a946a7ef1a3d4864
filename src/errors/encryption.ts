import { LtoError, type LtoErrorDetails } from './lto-error.js';

/** The drive does not confirm the requested encryption, or a block is not encrypted as required (7/74, 7/EF). */
export class EncryptionError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_ENCRYPTION', what, details);
  }
}

/** The key is missing, or it is not the one that encrypted the data. */
export class EncryptionKeyError extends LtoError {
  /** Identifier of the needed key; undefined if the tape names none. */
  readonly keyId: string | undefined;
  constructor(what: string, details: LtoErrorDetails & { readonly keyId: string | undefined }) {
    super('LTO_ENCRYPTION_KEY', what, details);
    this.keyId = details.keyId;
  }
}

/** Why a key store cannot be used, split by remedy. */
export type KeyStoreReason =
  /** There is no key store at that place, or no such key in it. */
  | 'missing'
  /** Users other than its owner may read or replace the file. */
  | 'exposed'
  /** The passphrase is wrong or the file was modified; the two cannot be distinguished. */
  | 'locked'
  /** Not a key store, or one of a newer version. */
  | 'malformed'
  /** Another process holds it for too long. */
  | 'busy'
  /** A key with that identifier already exists. */
  | 'exists'
  /** The file system, or the service that keeps the keys, refused. */
  | 'failed';

/** The key store cannot be used. The error never contains a key or a passphrase. */
export class KeyStoreError extends LtoError {
  readonly reason: KeyStoreReason;
  constructor(what: string, details: LtoErrorDetails & { readonly reason: KeyStoreReason }) {
    super('LTO_KEY_STORE', what, details);
    this.reason = details.reason;
  }
}
