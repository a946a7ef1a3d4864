import type { LtoError, SenseData } from '../errors/index.js';

/** How much of what was known of a device a change makes void. */
export type ChangeExtent =
  /** A unit attention after which medium and position are as they were; its sense tells what is not. */
  | 'attention'
  /** A deferred error: what was in the buffer of the device may not be on the medium. */
  | 'buffer'
  /** A command of ours has loaded or unloaded the medium. */
  | 'load'
  /** Nothing holds any more: a reset (29h), another medium (28h), or a motion that nobody here has asked for. */
  | 'everything';

/** Something that changed at a device without the command in hand. */
export interface DeviceChange {
  readonly extent: ChangeExtent;
  /** Ends the sentence "it is not certain any more, because …". */
  readonly why: string;
  /** Of the unit attention, where one told of it. */
  readonly error?: LtoError | undefined;
}

const UNIT_ATTENTION = 0x6;
/** NOT READY TO READY CHANGE, MEDIUM MAY HAVE CHANGED; with 01h, IMPORT OR EXPORT ELEMENT ACCESSED (SMC-3). */
const ASC_MEDIUM_CHANGED = 0x28;
/** POWER ON, RESET, OR BUS DEVICE RESET OCCURRED. */
const ASC_RESET = 0x29;

/** Whether a command was not carried out because the device had to tell of a change first (SAM-5 5.14). */
export function isUnitAttention(sense: SenseData | undefined): boolean {
  return sense?.key === UNIT_ATTENTION;
}

/** The change that a unit attention tells of. */
export function changeOf(error: LtoError): DeviceChange {
  switch (error.sense?.asc) {
    case ASC_MEDIUM_CHANGED:
      return { extent: 'everything', why: 'the cartridge may have been changed', error };
    case ASC_RESET:
      return { extent: 'everything', why: 'the drive was reset', error };
    default:
      return { extent: 'attention', why: 'the drive said so', error };
  }
}
