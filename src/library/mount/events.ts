import type { CleaningReceipt } from '../clean-drive.js';

/** What was done with cartridges and drives so that jobs could run. */
export type MountEvent =
  /** `moved` is false for a cartridge that was in the drive already. */
  | {
      readonly type: 'brought';
      readonly barcode: string;
      readonly drive: number;
      readonly moved: boolean;
      readonly milliseconds: number;
    }
  | { readonly type: 'put-back'; readonly barcode: string | undefined; readonly drive: number }
  | { readonly type: 'cleaned'; readonly drive: number; readonly receipt: CleaningReceipt }
  /** The drive goes on without. */
  | { readonly type: 'not-cleaned'; readonly drive: number; readonly error: Error }
  /** What is done before a cartridge is unloaded failed, such as noting its use in its memory. It was unloaded. */
  | { readonly type: 'not-settled'; readonly drive: number; readonly error: Error }
  /** `putBackAtOnce` threw: the cartridge stays in its drive. */
  | { readonly type: 'policy-failed'; readonly drive: number; readonly error: Error }
  /** The drive is left out, for this cartridge or, with a cartridge that is stuck in it, for all. */
  | { readonly type: 'drive-refused'; readonly drive: number; readonly error: Error };

/** A listener that throws ends nothing: neither what is under way, nor the process. It is a warning of the process. */
export function toldSafely(listener: ((event: MountEvent) => void) | undefined, event: MountEvent): void {
  try {
    listener?.(event);
  } catch (error) {
    process.emitWarning(asError(error));
  }
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
