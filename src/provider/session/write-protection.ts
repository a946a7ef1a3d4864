import {
  NoMediumError,
  VerificationError,
  WriteProtectedError,
  type WriteProtectionReason,
} from '../../errors/index.js';
import { writeRefusal } from '../../tape/motion/write-permission.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import type { Session } from './session.js';

/** Whether the cartridge can be written, and every reason why not. */
export interface WriteProtection {
  readonly writeProtected: boolean;
  readonly reasons: readonly WriteProtectionReason[];
  /** Write-once media. */
  readonly worm: boolean;
  /** Recorded data can't be changed, but data can be appended: WORM media, or a drive that is set to append only. */
  readonly appendOnly: boolean;
}

/** Asks the drive. Rejects with NoMediumError if it is empty, and with any other error: rights are never assumed. */
export async function readWriteProtection(session: Session): Promise<WriteProtection> {
  session.throwIfAborted();
  const { drive, configuration } = session;
  const { writeProtected, cleaningCartridge } = configuration;
  // What is known of the rights outlives the cartridge until the next one reports its unit attention.
  const { state, sense } = await drive.readiness();
  if (state === 'no-medium') {
    const details = { device: drive.device, operation: 'write protection', sense, next: 'Insert one' };
    throw new NoMediumError('there is no cartridge in the drive', details);
  }
  const { reasons: ofDrive, appendOnly } = await drive.writeRights();
  const reasons: WriteProtectionReason[] = [...ofDrive];
  if (writeProtected || cleaningCartridge) reasons.push('configuration');
  return {
    writeProtected: reasons.length > 0,
    reasons,
    worm: appendOnly === 'worm',
    appendOnly: appendOnly !== undefined,
  };
}

/**
 * Rejects with WriteProtectedError, which gives every reason, and with VerificationError for a cartridge of another
 * generation than is configured.
 */
export async function requireWritable(session: Session): Promise<WriteProtection> {
  const { drive, configuration } = session;
  const protection = await readWriteProtection(session);
  if (protection.writeProtected) {
    throw writeRefusal(protection.reasons, { device: drive.device, operation: 'write' });
  }
  await requireGeneration(drive, configuration.generation);
  return protection;
}

/** For what would change recorded data of WORM media. */
export function wormRefusal({ drive }: Session, operation: string, why: string, next: string): WriteProtectedError {
  const details = { device: drive.device, operation, reason: 'worm', next } as const;
  return new WriteProtectedError(`this is WORM media, ${why}`, details);
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
