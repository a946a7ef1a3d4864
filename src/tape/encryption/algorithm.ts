import { EncryptionError, type LtoErrorDetails } from '../../errors/index.js';
import { ENCRYPTION_ALGORITHMS, type EncryptionAlgorithm } from '../../scsi/security/index.js';
import { hexCode } from '../../scsi/wire/bytes.js';

export const KEY_BYTES = 32;

/** Security algorithm codes in order of preference; each takes one 256-bit key. */
const PREFERENCE = [0x00010014, 0x00010010] as const;
/** DECRYPT_C and ENCRYPT_C: in software, in hardware. */
const CAPABLE: ReadonlySet<number> = new Set([1, 2]);

export interface AlgorithmNeeds {
  readonly encrypts: boolean;
  readonly decrypts: boolean;
  /** Required algorithm index: that of an encrypted block. */
  readonly index?: number | undefined;
}

/**
 * Chooses the drive's algorithm: AES-256-GCM if available. Its index differs between drives. Throws EncryptionError,
 * which lists the drive's algorithms, if none can be used with the loaded cartridge.
 */
export function chooseAlgorithm(
  algorithms: readonly EncryptionAlgorithm[],
  { encrypts, decrypts, index }: AlgorithmNeeds,
  details: LtoErrorDetails,
): EncryptionAlgorithm {
  const usable = algorithms.filter(
    (each) =>
      each.validForMountedVolume &&
      each.keySize === KEY_BYTES &&
      (!encrypts || CAPABLE.has(each.encrypt)) &&
      (!decrypts || CAPABLE.has(each.decrypt)) &&
      (index === undefined || each.index === index),
  );
  for (const code of PREFERENCE) {
    const found = usable.find(({ algorithm }) => algorithm === code);
    if (found) return found;
  }
  const list = algorithms.map(describe).join('; ') || 'none';
  throw new EncryptionError(`the drive has no algorithm that can be used with this cartridge; it has: ${list}`, {
    ...details,
    next: 'Keys are for AES-256 and cartridges of LTO-4 and later: use another cartridge or drive',
  });
}

export function algorithmName({ algorithm }: Pick<EncryptionAlgorithm, 'algorithm'>): string {
  return ENCRYPTION_ALGORITHMS[algorithm] ?? `algorithm ${hexCode(algorithm, 8)}`;
}

function describe(algorithm: EncryptionAlgorithm): string {
  const { index, keySize, validForMountedVolume, encrypt, decrypt } = algorithm;
  const lacks = [
    validForMountedVolume ? [] : ['not for this cartridge'],
    keySize === KEY_BYTES ? [] : [`keys of ${keySize} bytes`],
    CAPABLE.has(encrypt) ? [] : ['does not encrypt for hosts'],
    CAPABLE.has(decrypt) ? [] : ['does not decrypt for hosts'],
  ].flat();
  return `${index} ${algorithmName(algorithm)}${lacks.length > 0 ? ` (${lacks.join(', ')})` : ''}`;
}
