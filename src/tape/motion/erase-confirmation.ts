import type { OptionNames } from '../../arguments/option-names.js';
import { CALL_OPTIONS, type CallOptions } from '../../arguments/options.js';

/** Required for every operation that destroys the whole content of a cartridge. */
export interface EraseConfirmation {
  readonly confirm: typeof ERASE_CONFIRMATION;
}

export const CONFIRMED_OPTIONS: OptionNames<EraseConfirmation & CallOptions> = { ...CALL_OPTIONS, confirm: true };

export const ERASE_CONFIRMATION = 'erase everything';
