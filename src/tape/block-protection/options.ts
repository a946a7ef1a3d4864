import { InvalidArgumentError, type LtoErrorDetails } from '../../errors/index.js';
import { PROTECTION_NAMES, type ProtectionName } from '../../scsi/protection/methods.js';

/**
 * Logical block protection (SSC-5): a checksum of each record that host and drive check, so that a flipped bit between
 * them can be detected. `auto`: CRC32C if the drive supports it, else the Reed-Solomon CRC, else none. The name of a
 * method: that method, or nothing is written or read. `off`: none.
 */
export type BlockProtection = 'auto' | ProtectionName | 'off';

const CHOICES: readonly BlockProtection[] = ['auto', ...PROTECTION_NAMES, 'off'];

/** Throws InvalidArgumentError unless it is one, or undefined for a default. */
export function requireBlockProtection(protection: unknown, details?: LtoErrorDetails): void {
  if (protection === undefined || CHOICES.some((choice) => choice === protection)) return;
  throw new InvalidArgumentError(`unknown protection ${JSON.stringify(String(protection).slice(0, 32))}`, {
    ...details,
    next: `Use ${CHOICES.join(', ')}`,
  });
}
