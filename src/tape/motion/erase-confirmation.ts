/** Required for every operation that destroys the whole content of a cartridge. */
export interface EraseConfirmation {
  readonly confirm: typeof ERASE_CONFIRMATION;
}

export const ERASE_CONFIRMATION = 'erase everything';
