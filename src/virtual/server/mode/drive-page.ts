import type { Drive } from '../../drive/drive.js';
import type { Nexus } from '../../unit/nexus.js';

/** A mode page of the drive for a nexus; most are the same for all. */
export interface DrivePage {
  readonly pageCode: number;
  readonly subpageCode: number;
  /** The current page. */
  readonly current: (drive: Drive, nexus: Nexus) => Uint8Array;
  /** Ones for the bits that MODE SELECT may change; by default, none. */
  readonly changeable?: (drive: Drive, nexus: Nexus) => Uint8Array;
  /** Extends a page of MODE SELECT to its full length; without it, another length is refused (SPC-5). */
  readonly completed?: (drive: Drive, bytes: Uint8Array) => Uint8Array;
  /** Throws CheckCondition for a page with impossible values; nothing is changed yet. */
  readonly check?: (drive: Drive, bytes: Uint8Array, nexus: Nexus) => void;
  /** Applies a page of MODE SELECT, of which only changeable bits differ. */
  readonly apply?: (drive: Drive, bytes: Uint8Array, nexus: Nexus) => void;
}
