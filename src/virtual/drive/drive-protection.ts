import {
  PROTECTION_BYTES,
  PROTECTION_NAMES,
  type ProtectionMethod,
  type ProtectionName,
  protectionCode,
  protectionOf,
} from '../../scsi/index.js';
import type { Nexus } from '../unit/nexus.js';

/** Setting of mode page 0Ah subpage F0h for one nexus. */
export interface ProtectionSetting {
  /** LOGICAL BLOCK PROTECTION METHOD; 0 for none. */
  readonly method: number;
  readonly onWrite: boolean;
  readonly onRead: boolean;
  readonly onRecoverBufferedData: boolean;
}

export const NOT_PROTECTED: ProtectionSetting = {
  method: 0,
  onWrite: false,
  onRead: false,
  onRecoverBufferedData: false,
};

/** Settings that are not the default, by nexus. */
export type ProtectionSettings = Readonly<Record<Nexus, ProtectionSetting>>;

/** Drives up to LTO-6 have no CRC32C. */
const FIRST_WITH_CRC32C = 7;

function namesOf(generation: number): readonly ProtectionName[] {
  return PROTECTION_NAMES.filter((name) => name !== 'crc32c' || generation >= FIRST_WITH_CRC32C);
}

/** Methods that a drive of the generation offers, for VPD page B5h. */
export function protectionMethods(generation: number): readonly ProtectionMethod[] {
  return namesOf(generation)
    .map(protectionCode)
    .toSorted((a, b) => a - b)
    .map((method) => ({
      method,
      informationLength: PROTECTION_BYTES,
      onWrite: true,
      onRead: true,
      recoverBufferedData: true,
    }));
}

export function hasProtection(generation: number, method: number): boolean {
  return method === 0 || namesOf(generation).some((name) => protectionCode(name) === method);
}

/** The method that protects what a nexus writes, or reads; undefined for none. */
export function protectionInUse(
  { method, onWrite, onRead }: ProtectionSetting,
  transfer: 'write' | 'read',
): ProtectionName | undefined {
  return (transfer === 'write' ? onWrite : onRead) ? protectionOf(method) : undefined;
}
