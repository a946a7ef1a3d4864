import { LtoError, type LtoErrorDetails } from './lto-error.js';

/** Why a library does not move a cartridge, split by remedy. */
export type ElementProblem =
  /** There is a cartridge at the destination already (5/3B/0D). Look at the inventory. */
  | 'destination-full'
  /** There is no cartridge at the source (5/3B/0E). Look at the inventory. */
  | 'source-empty'
  /** The robot does not reach the element: an open mail slot, a magazine that is locked or missing (5/3B/11). */
  | 'not-accessible'
  /** The hand of the robot holds a cartridge that could not be put down: `lto library audit` puts it into a slot. */
  | 'hand-full'
  /** All cleaning cartridges are worn out (TapeAlert 22 of the drive; 3/30/13 of some libraries): replace them. */
  | 'cleaning-expired'
  /** The drive does not accept the cleaning cartridge (TapeAlert 23). */
  | 'cleaning-refused'
  /** A magazine was taken out (3B/12). */
  | 'magazine-removed'
  /** A magazine was put in (3B/13). */
  | 'magazine-inserted'
  /** The drive still holds the cartridge (5/3A/00, 5/53/03): unload it first. */
  | 'held-by-drive'
  /** The mail slots are locked (5/53/02). */
  | 'locked'
  /** An operator opened a mail slot or put something into it (6/28/01). */
  | 'mail-slot-opened'
  /** No element has that address (5/21/01), or no cartridge that barcode. */
  | 'no-such-element';

/** The library cannot do this with the element; see `problem`. Nothing was moved. */
export class ElementError extends LtoError {
  readonly problem: ElementProblem;
  constructor(what: string, details: LtoErrorDetails & { readonly problem: ElementProblem }) {
    super('LTO_ELEMENT', what, details);
    this.problem = details.problem;
  }
}

/** The device is not a medium changer; only INQUIRY was sent to it. */
export class NotALibraryError extends LtoError {
  constructor(what: string, details?: LtoErrorDetails) {
    super('LTO_NOT_A_LIBRARY', what, details);
  }
}
