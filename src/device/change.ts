import type { LtoError, SenseData } from '../errors/index.js';

/** How much of what is known about a device a change invalidates. */
export type ChangeExtent =
  /** A unit attention that leaves medium and position as they were; its sense says what did change. */
  | 'attention'
  /** A deferred error: data in the device's buffer may not have reached the medium. */
  | 'buffer'
  /** A command of this library loaded or unloaded the medium. */
  | 'load'
  /** Everything is invalid: a reset (29h), another medium (28h), or a motion that this process did not request. */
  | 'everything';

/** A change at a device that the running command did not cause. */
export interface DeviceChange {
  readonly extent: ChangeExtent;
  /** Completes the sentence "it is no longer certain, because …". */
  readonly why: string;
  /** The error of the unit attention that reported the change; undefined if none did. */
  readonly error?: LtoError | undefined;
}

const UNIT_ATTENTION = 0x6;
/** NOT READY TO READY CHANGE, MEDIUM MAY HAVE CHANGED; with 01h, IMPORT OR EXPORT ELEMENT ACCESSED (SMC-3). */
const ASC_MEDIUM_CHANGED = 0x28;
/** POWER ON, RESET, OR BUS DEVICE RESET OCCURRED. */
const ASC_RESET = 0x29;

/** Whether the device reported a unit attention instead of carrying out the command (SAM-5 5.14). */
export function isUnitAttention(sense: SenseData | undefined): boolean {
  return sense?.key === UNIT_ATTENTION;
}

/** The change that a unit attention reports. */
export function changeOf(error: LtoError): DeviceChange {
  switch (error.sense?.asc) {
    case ASC_MEDIUM_CHANGED:
      return { extent: 'everything', why: 'the cartridge may have been changed', error };
    case ASC_RESET:
      return { extent: 'everything', why: 'the device was reset', error };
    default:
      return { extent: 'attention', why: 'the device reported it', error };
  }
}
