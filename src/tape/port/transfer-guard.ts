import type { LtoError, LtoErrorDetails } from '../../errors/index.js';

/**
 * A condition, beside position and permission, that must hold during transfers, and an explanation of failed transfers.
 * Floors above the port add their own, as encryption does.
 */
export interface TransferGuard {
  /** Throws if nothing may be written any more. Called before each writing call, so it must not send a command. */
  requireWriting?(operation: string): void;
  /** As `requireWriting`, by asking the drive: before a file begins and before its filemark. */
  confirmWriting?(operation: string): Promise<void>;
  /** Why a transfer failed for which `st` returns only EIO; undefined if this guard is not the reason. */
  explain?(details: LtoErrorDetails): Promise<LtoError | undefined>;
}
