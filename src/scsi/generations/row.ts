/**
 * Command timeouts of a generation in seconds: the longest that IBM, HPE or Quantum document for full-height or
 * half-height drives.
 */
export interface GenerationTimeouts {
  readonly read: number;
  readonly write: number;
  readonly writeFilemarks: number;
  readonly space: number;
  readonly locate: number;
  readonly erase: number;
  readonly rewind: number;
  readonly formatMedium: number;
  readonly verify: number;
  readonly loadUnload: number;
  readonly sendDiagnostic: number;
  readonly writeBuffer: number;
  readonly readBuffer: number;
}

/** Published data about the drives of a generation, for the virtual drive and for pacing writes. */
export interface DriveDetails {
  /** Maximum number of partitions of a cartridge. */
  readonly partitions: number;
  readonly bufferMebibytes: number;
  /** Recording speeds in MB/s, ascending; the last is the native speed. */
  readonly speeds: readonly number[];
  readonly timeouts: GenerationTimeouts;
}

/** The drives of a generation. `Format` is the name of a row. */
export interface DriveFacts<Format extends string = string> {
  /**
   * The generation's character in IBM's and Quantum's product identifications: `8` in ULT3580-TD8, `A` in ULTRIUM-HHA.
   */
  readonly mark?: string;
  /** Product identifications that use a model number of the manufacturer. */
  readonly models?: readonly RegExp[];
  readonly writes: readonly Format[];
  readonly onlyReads: readonly Format[];
  /** Absent for generations of which only the cartridges are known. */
  readonly details?: DriveDetails;
}

/** A cartridge format, and the drives of its generation. */
export interface FormatRow<Format extends string = string> {
  readonly format: Format;
  /** Generation of the drives that introduced the format. */
  readonly generation: number;
  readonly densityCode: number;
  /** Native capacity in units of 10^9 bytes. */
  readonly nativeGigabytes: number;
  /** Medium type byte of the mode parameter header on IBM's and most other drives. */
  readonly mediumType: { readonly data: number; readonly worm?: number };
  /** Last two characters of a barcode. */
  readonly barcodeSuffix: { readonly data: string; readonly worm?: string };
  /** How often the tape is passed from one end to the other: data tracks by channels of a head. */
  readonly wraps?: number;
  /** Length of the tape in metres, if published. */
  readonly tapeMetres?: number;
  /** Original format of the cartridge, if a drive of a later generation reformatted it to this one. */
  readonly madeAs?: Format;
  /** Absent for the second format of a generation. */
  readonly drive?: DriveFacts<Format>;
}
