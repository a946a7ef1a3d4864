/**
 * Seconds after which a command is given up on drives of one generation: the longest that IBM, HPE or Quantum documents
 * for a drive of full or of half height.
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

/** What is published of the drives of a generation that the virtual drive plays and that writing is paced for. */
export interface DriveDetails {
  /** Partitions of a cartridge, at most. */
  readonly partitions: number;
  readonly bufferMebibytes: number;
  /** Speeds at which the drive can record, MB/s, ascending; the last is the native one. */
  readonly speeds: readonly number[];
  readonly timeouts: GenerationTimeouts;
}

/** The drives of a generation. `Format` is the name of a row. */
export interface DriveFacts<Format extends string = string> {
  /** One character in IBM's and Quantum's product identifications: `8` in ULT3580-TD8, `A` in ULTRIUM-HHA. */
  readonly mark?: string;
  /** Product identifications that name the generation by a number of the maker's. */
  readonly models?: readonly RegExp[];
  readonly writes: readonly Format[];
  readonly onlyReads: readonly Format[];
  /** Missing for the generations that the library knows by their cartridges alone. */
  readonly details?: DriveDetails;
}

/** A format of cartridges, and the drives that are named after it. */
export interface FormatRow<Format extends string = string> {
  readonly format: Format;
  /** That of the drives which brought it. */
  readonly generation: number;
  readonly densityCode: number;
  /** Native capacity in units of 10^9 bytes. */
  readonly nativeGigabytes: number;
  /** The medium type byte of the mode parameter header, as IBM's drives and others set it. */
  readonly mediumType: { readonly data: number; readonly worm?: number };
  /** Last two characters of a barcode. */
  readonly barcodeSuffix: { readonly data: string; readonly worm?: string };
  /** Length of the tape, where a maker publishes it. */
  readonly tapeMetres?: number;
  /** Format that the cartridge was made in, where a drive of a later generation turned it into this one. */
  readonly madeAs?: Format;
  /** Missing for a second format of a generation. */
  readonly drive?: DriveFacts<Format>;
}
