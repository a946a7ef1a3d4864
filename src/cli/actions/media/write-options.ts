import type { BlockProtection } from '../../../tape/block-protection/options.js';
import type { ChecksumAlgorithm } from '../../../tape/stream/file/checksum.js';
import type { LossOptions } from '../../input/confirm-loss.js';
import type { KeystoreOptions } from '../../input/keystore.js';
import type { DeviceOptions } from '../../run/device.js';
import type { ArchiveOptions } from '../../transfer/archive-options.js';

/** Options of `lto write`. */
export interface WriteOptions extends DeviceOptions, KeystoreOptions, ArchiveOptions, LossOptions {
  readonly key?: string;
  readonly append?: boolean;
  readonly overwrite?: string;
  readonly recordSize?: string;
  readonly checksum?: ChecksumAlgorithm;
  readonly closeUnterminated?: boolean;
  readonly protection?: BlockProtection;
  readonly catalogue?: string;
  /** Follow the file by an index archive. */
  readonly index?: boolean;
  /** Write to as many cartridges as needed. */
  readonly span?: boolean;
  /** Barcodes of further cartridges in the library. */
  readonly pool?: readonly string[];
}
