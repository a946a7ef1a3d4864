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
  /** The drive is left out, for this cartridge or, with a cartridge that is stuck in it, for all. */
  | { readonly type: 'drive-refused'; readonly drive: number; readonly error: Error };
