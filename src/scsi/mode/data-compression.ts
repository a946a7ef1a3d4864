import { bits, flag, uint } from '../wire/layout.js';
import type { ModePageLayout } from './page.js';

/** Mode page 0Fh (SSC-5). */
export const DATA_COMPRESSION = {
  page: 0x0f,
  subpage: 0,
  name: 'Data Compression',
  length: 16,
  fields: {
    /** Blocks are compressed when written (DCE). */
    compressionEnabled: flag(2, 7),
    /** The drive can compress (DCC). */
    compressionCapable: flag(2, 6),
    /** Compressed blocks are decompressed when read (DDE). */
    decompressionEnabled: flag(3, 7),
    reportExceptionOnDecompression: bits(3, 6, 5),
    compressionAlgorithm: uint(4, 4),
    decompressionAlgorithm: uint(8, 4),
  },
} as const satisfies ModePageLayout;
