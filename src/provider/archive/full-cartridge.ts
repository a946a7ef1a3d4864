import type { ArchivePart } from './archive.js';

/** A cartridge that became full in the middle of an archive. */
export interface FullCartridge {
  readonly archive: string;
  /** The part on this cartridge, closed with a filemark; undefined when nothing fitted. */
  readonly part: ArchivePart | undefined;
  /** Bytes of the archive that are on tape so far. */
  readonly totalBytes: number;
  /**
   * Ejects the cartridge. Use this: the provider's other methods that move the tape wait until the archive is written.
   */
  readonly eject: () => Promise<void>;
}

/**
 * Must resolve with the identity of the next cartridge, which must be labelled, when it is in the drive. A library brings
 * it then.
 */
export type OnEndOfMedium = (full: FullCartridge) => string | Promise<string>;
