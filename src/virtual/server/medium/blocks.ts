import type { SenseFields } from '../../../scsi/index.js';
import { ENVELOPE_BYTES } from '../../cartridge/block-envelope.js';
import type { Drive } from '../../drive/drive.js';
import { protectionInUse } from '../../drive/drive-protection.js';
import { isHostFull } from '../../host/host-file.js';
import { CheckCondition, residual, sense } from '../../unit/check-condition.js';
import type { Nexus } from '../../unit/nexus.js';
import { type Block, encryptedBlock, recorded, requirePlainAllowed } from './encrypted-blocks.js';

/**
 * The next block, as visible to this nexus. Throws CheckCondition, with `left` as residual, if there is none or the
 * nexus may not read it.
 */
export async function blockAhead(drive: Drive, nexus: Nexus, left: number, done?: Uint8Array): Promise<Block> {
  const ahead = drive.image.object(drive.position.object);
  switch (ahead.kind) {
    case 'record':
      requirePlainAllowed(drive, nexus, left, done);
      return recorded(drive, ahead.length);
    case 'wrapped-record':
      requirePlainAllowed(drive, nexus, left, done);
      return recorded(drive, ahead.length - ENVELOPE_BYTES, ENVELOPE_BYTES);
    case 'encrypted-record':
      return encryptedBlock(drive, nexus, ahead.length, left, done);
    case 'filemark':
      drive.advance(1);
      throw new CheckCondition(sense('0/00/01', { filemark: true, ...residual(left) }), done);
    case 'bad-record':
      drive.advance(1);
      throw new CheckCondition(sense('3/11/00', residual(left)), done);
    case 'damage':
      throw new CheckCondition(sense('3/11/00', residual(left)), done);
    case 'end-of-data': {
      const endOfMedium = drive.beyondEarlyWarning();
      throw new CheckCondition(sense('8/00/05', { endOfMedium, ...residual(left) }), done);
    }
  }
}

/** Reports a failing host disk as a medium error. */
export async function onMedium(codes: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    // A full host disk is not a medium error.
    if (isHostFull(error)) throw error;
    throw new CheckCondition(sense(codes));
  }
}

/**
 * A block that differs from what was recorded, as the drive's own protection shows: passed and not transferred. A nexus
 * with protection gets a guard check failure, every other a read error.
 */
export function unreadableHere(
  drive: Drive,
  nexus: Nexus,
  left: Partial<SenseFields>,
  done?: Uint8Array,
): CheckCondition {
  drive.advance(1);
  const isGuarded = protectionInUse(drive.protectionOf(nexus), 'read') !== undefined;
  return new CheckCondition(sense(isGuarded ? '3/10/01' : '3/11/00', left), done);
}
