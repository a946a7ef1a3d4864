import type { Drive } from '../../drive/drive.js';
import type { Nexus } from '../../unit/nexus.js';

/** A mode page of the drive, as a nexus sees it: most are the same for all. */
export interface DrivePage {
  readonly pageCode: number;
  readonly subpageCode: number;
  /** The page as it is now. */
  readonly current: (drive: Drive, nexus: Nexus) => Uint8Array;
  /** Ones for the bits that MODE SELECT may change; by default, none. */
  readonly changeable?: (drive: Drive, nexus: Nexus) => Uint8Array;
  /** What MODE SELECT sent, made as long as the page is; without it, another length is refused (SPC-5). */
  readonly completed?: (drive: Drive, bytes: Uint8Array) => Uint8Array;
  /** Throws CheckCondition for a page that asks for what can't be; nothing is changed yet. */
  readonly check?: (drive: Drive, bytes: Uint8Array, nexus: Nexus) => void;
  /** Takes over a page that MODE SELECT sent, and of which no other bits are changed. */
  readonly apply?: (drive: Drive, bytes: Uint8Array, nexus: Nexus) => void;
}
