import { LOGICAL_BLOCK_PROTECTION } from '../mode/pages.js';
import { concatBytes } from '../wire/bytes.js';
import { crc32c } from './crc32c.js';
import { reedSolomonCrc } from './reed-solomon.js';

/** The methods that protect a logical block between host and drive. */
export type ProtectionName = 'crc32c' | 'reed-solomon';

/** Bytes of protection information behind a block; both methods have as many. */
export const PROTECTION_BYTES = 4;

interface Method {
  /** Of mode page 0Ah subpage F0h and VPD page B5h. */
  readonly code: number;
  readonly compute: (data: Uint8Array) => number;
  /**
   * In which order the bytes of the value go. CRC32C: the least significant first, as LTFS and CERN's tape server have it
   * with real drives; programs that put it the other way round were corrected.
   */
  readonly leastFirst: boolean;
}

/** By the strength that a host chooses by: the first that a drive has. */
const METHODS: Readonly<Record<ProtectionName, Method>> = {
  crc32c: { code: LOGICAL_BLOCK_PROTECTION.crc32c, compute: (data) => crc32c(data), leastFirst: true },
  'reed-solomon': { code: LOGICAL_BLOCK_PROTECTION.reedSolomon, compute: reedSolomonCrc, leastFirst: false },
};

export const PROTECTION_NAMES = Object.keys(METHODS) as readonly ProtectionName[];

/** Bytes that a block has more on its way. */
export function protectionBytes(name: ProtectionName | undefined): number {
  return name === undefined ? 0 : PROTECTION_BYTES;
}

/** LOGICAL BLOCK PROTECTION METHOD of a name. */
export function protectionCode(name: ProtectionName): number {
  return METHODS[name].code;
}

/** Undefined for 0, which is none, and for methods that are not known. */
export function protectionOf(code: number): ProtectionName | undefined {
  return PROTECTION_NAMES.find((name) => METHODS[name].code === code);
}

/** What follows a block on its way between host and drive. */
export function protectionInformation(name: ProtectionName, data: Uint8Array): Uint8Array {
  const { compute, leastFirst } = METHODS[name];
  const information = new Uint8Array(PROTECTION_BYTES);
  new DataView(information.buffer).setUint32(0, compute(data), leastFirst);
  return information;
}

/** A block as it goes between host and drive. */
export function withProtection(name: ProtectionName, data: Uint8Array): Uint8Array {
  return concatBytes(data, protectionInformation(name, data));
}

/** LOGICAL BLOCK GUARD CHECK FAILED, and the two of protection itself (SPC-5 annex F). */
const PROTECTION_ASC = 0x10;
const PROTECTION_ASCQS: ReadonlySet<number> = new Set([0x01, 0x04, 0x05]);

/** Whether a sense says that a block does not match its protection information, whatever its key. */
export function isProtectionSense({ asc, ascq }: { readonly asc: number; readonly ascq: number }): boolean {
  return asc === PROTECTION_ASC && PROTECTION_ASCQS.has(ascq);
}

/** Whether the last bytes are the protection information of those before them. */
export function isIntact(name: ProtectionName, block: Uint8Array): boolean {
  if (block.length <= PROTECTION_BYTES) return false;
  const end = block.length - PROTECTION_BYTES;
  return Buffer.compare(protectionInformation(name, block.subarray(0, end)), block.subarray(end)) === 0;
}
