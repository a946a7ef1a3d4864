import type { LtoError, LtoErrorDetails } from '../../errors/index.js';

/**
 * What has to hold, beside position and permission, while data is moved, and what is known of a transfer that failed. Each
 * floor above the port adds its own, as encryption does.
 */
export interface TransferGuard {
  /** Throws when nothing may be written any more; asked before each call that writes, and so without a command. */
  requireWriting?(operation: string): void;
  /** As `requireWriting`, by asking the drive: before a file begins and before its filemark. */
  confirmWriting?(operation: string): Promise<void>;
  /** Why a transfer failed for which `st` says EIO, as for everything else; undefined when it was not this. */
  explain?(details: LtoErrorDetails): Promise<LtoError | undefined>;
}
