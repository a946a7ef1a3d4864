import { LOGICAL_BLOCK_PROTECTION } from '../mode/pages.js';
import { concatBytes } from '../wire/bytes.js';
import { crc32c } from './crc32c.js';
import { reedSolomonCrc } from './reed-solomon.js';

/** Methods of logical block protection between host and drive. */
export type ProtectionName = 'crc32c' | 'reed-solomon';

/** Bytes of protection information after a block, for both methods. */
export const PROTECTION_BYTES = 4;

interface Method {
  /** Code in mode page 0Ah subpage F0h and VPD page B5h. */
  readonly code: number;
  readonly compute: (data: Uint8Array) => number;
  /**
   * Byte order of the value. CRC32C: least significant first, as LTFS and CERN's tape server do with real drives;
   * programs with the other order had to be corrected.
   */
  readonly leastFirst: boolean;
}

/** In order of preference: a host chooses the first that the drive offers. */
const METHODS: Readonly<Record<ProtectionName, Method>> = {
  crc32c: { code: LOGICAL_BLOCK_PROTECTION.crc32c, compute: (data) => crc32c(data), leastFirst: true },
  'reed-solomon': { code: LOGICAL_BLOCK_PROTECTION.reedSolomon, compute: reedSolomonCrc, leastFirst: false },
};

export const PROTECTION_NAMES = Object.keys(METHODS) as readonly ProtectionName[];

/** Bytes that protection adds to each block; 0 without protection. */
export function protectionBytes(name: ProtectionName | undefined): number {
  return name === undefined ? 0 : PROTECTION_BYTES;
}

/** LOGICAL BLOCK PROTECTION METHOD of a name. */
export function protectionCode(name: ProtectionName): number {
  return METHODS[name].code;
}

/** Undefined for 0, no protection, and for unknown methods. */
export function protectionOf(code: number): ProtectionName | undefined {
  return PROTECTION_NAMES.find((name) => METHODS[name].code === code);
}

/** The protection information of a block. */
export function protectionInformation(name: ProtectionName, data: Uint8Array): Uint8Array {
  const { compute, leastFirst } = METHODS[name];
  const information = new Uint8Array(PROTECTION_BYTES);
  new DataView(information.buffer).setUint32(0, compute(data), leastFirst);
  return information;
}

/** A block followed by its protection information. */
export function withProtection(name: ProtectionName, data: Uint8Array): Uint8Array {
  return concatBytes(data, protectionInformation(name, data));
}

/** ASC of LOGICAL BLOCK GUARD CHECK FAILED and of the two errors of protection itself (SPC-5 annex F). */
const PROTECTION_ASC = 0x10;
const PROTECTION_ASCQS: ReadonlySet<number> = new Set([0x01, 0x04, 0x05]);

/** Whether sense data, with any key, reports that a block does not match its protection information. */
export function isProtectionSense({ asc, ascq }: { readonly asc: number; readonly ascq: number }): boolean {
  return asc === PROTECTION_ASC && PROTECTION_ASCQS.has(ascq);
}

/** Whether the block's last bytes are the protection information of the bytes before. */
export function isIntact(name: ProtectionName, block: Uint8Array): boolean {
  if (block.length <= PROTECTION_BYTES) return false;
  const end = block.length - PROTECTION_BYTES;
  return Buffer.compare(protectionInformation(name, block.subarray(0, end)), block.subarray(end)) === 0;
}
