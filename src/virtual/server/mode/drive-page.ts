import type { Drive } from '../../drive/drive.js';

/** A mode page of the drive. */
export interface DrivePage {
  readonly pageCode: number;
  readonly subpageCode: number;
  /** The page as it is now. */
  readonly current: (drive: Drive) => Uint8Array;
  /** Ones for the bits that MODE SELECT may change; by default, none. */
  readonly changeable?: (drive: Drive) => Uint8Array;
  /** What MODE SELECT sent, made as long as the page is; without it, another length is refused (SPC-5). */
  readonly completed?: (drive: Drive, bytes: Uint8Array) => Uint8Array;
  /** Throws CheckCondition for a page that asks for what can't be; nothing is changed yet. */
  readonly check?: (drive: Drive, bytes: Uint8Array) => void;
  /** Takes over a page that MODE SELECT sent, and of which no other bits are changed. */
  readonly apply?: (drive: Drive, bytes: Uint8Array) => void;
}
