import { VerificationError, WriteProtectedError, type WriteProtectionReason } from '../errors/index.js';
import type { MediumFormat } from '../tape/medium-format.js';
import type { TapeDrive } from '../tape/tape-drive.js';
import type { ProviderConfiguration } from './configuration.js';

/** Whether the cartridge can be written, and all that speaks against it. */
export interface WriteProtection {
  readonly writeProtected: boolean;
  readonly reasons: readonly WriteProtectionReason[];
  /** What is recorded can't be changed, but data can be appended. */
  readonly worm: boolean;
}

const WORDS: Readonly<Partial<Record<WriteProtectionReason, string>>> = {
  switch: 'the cartridge is write-protected',
  'read-only-format': 'the drive can only read cartridges of this generation',
  'cleaning-cartridge': 'this is a cleaning cartridge',
  driver: 'the driver takes the tape for write-protected',
  configuration: 'the configuration forbids writing',
};

/** Asks the drive. Rejects with NoMediumError for an empty one: an error is never an answer. */
export async function readWriteProtection(
  drive: TapeDrive,
  configuration: ProviderConfiguration,
): Promise<WriteProtection> {
  const medium = await drive.mediumFormat();
  const reasons = await reasonsOf(drive, medium, configuration);
  return { writeProtected: reasons.length > 0, reasons, worm: medium.kind === 'worm' };
}

async function reasonsOf(
  drive: TapeDrive,
  { kind, canWrite, writeProtected }: MediumFormat,
  configuration: ProviderConfiguration,
): Promise<WriteProtectionReason[]> {
  const reasons: WriteProtectionReason[] = [];
  if (kind === 'cleaning') reasons.push('cleaning-cartridge');
  if (canWrite === false && kind !== 'cleaning') reasons.push('read-only-format');
  // A drive sets the bit of the mode parameter header for a format that it can only read, too.
  if (writeProtected && canWrite !== false) reasons.push('switch');
  if (reasons.length === 0 && (await drive.status()).writeProtected) reasons.push('driver');
  if (configuration.writeProtected || configuration.cleaningCartridge) reasons.push('configuration');
  return reasons;
}

/**
 * Rejects with WriteProtectedError, which gives every reason, and with VerificationError for a cartridge of another
 * generation than is configured.
 */
export async function requireWritable(
  drive: TapeDrive,
  configuration: ProviderConfiguration,
): Promise<WriteProtection> {
  const protection = await readWriteProtection(drive, configuration);
  const [reason] = protection.reasons;
  if (reason !== undefined) {
    const words = protection.reasons.map((each) => WORDS[each] ?? each);
    throw new WriteProtectedError(words.join('; '), {
      device: drive.device,
      operation: 'write',
      reason,
      reasons: protection.reasons,
      next: 'Use another cartridge, or take the protection away',
    });
  }
  await requireGeneration(drive, configuration.generation);
  return protection;
}

async function requireGeneration(drive: TapeDrive, generation: string | undefined): Promise<void> {
  if (generation === undefined) return;
  const { format, guess } = await drive.mediumFormat();
  if (format === undefined || guess || format === generation) return;
  throw new VerificationError(`the cartridge is ${format}, but the configuration says ${generation}`, {
    device: drive.device,
    operation: 'write',
    next: 'Insert a cartridge of that generation, or change the configuration',
  });
}
