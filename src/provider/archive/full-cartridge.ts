import type { MediaIdentity } from '../label/identify.js';
import type { ArchivePart } from './archive.js';

/**
 * A cartridge that became full in the middle of an archive, and what can be done with its drive: the provider's other
 * methods that move the tape wait until the archive is written.
 */
export interface FullCartridge {
  readonly archive: string;
  /** The part on this cartridge, closed with a filemark; undefined when nothing fitted. */
  readonly part: ArchivePart | undefined;
  /** Bytes of the archive that are on tape so far. */
  readonly totalBytes: number;
  readonly eject: () => Promise<void>;
  /**
   * Waits until the cartridge that is in the drive now is ready, and identifies it by its memory and its label. Rejects
   * as `identifyMedia` does, with NoMediumError when there is none.
   */
  readonly identify: () => Promise<MediaIdentity>;
  /**
   * Whether the archive can go on to the cartridge that is in the drive now, which must be `id`: proves it, labels it
   * when it is blank, and prepares it. Rejects with InvalidArgumentError for one that holds a part already, and as
   * `prepareForWrite` and `initializeMedia` do, so that another one can be asked for. A library brings the next
   * cartridge only after its barcode is returned.
   */
  readonly tryNext: (id: string) => Promise<void>;
}

/**
 * Must resolve with the identity of the next cartridge, which must be labelled, when it is in the drive. A library brings
 * it then.
 */
export type OnEndOfMedium = (full: FullCartridge) => string | Promise<string>;
