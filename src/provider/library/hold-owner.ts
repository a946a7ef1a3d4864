import { DriveBusyError } from '../../errors/index.js';
import type { HeldDrive } from '../../library/mount/held-drive.js';
import { writeUseToMemory } from '../label/label-memory.js';
import { type DriveOwner, type OpenDrive, shareDrive } from '../session/drive-owner.js';

/** A drive of a library with the owner that its jobs share. */
export interface OwnedDrive extends HeldDrive {
  readonly owner: DriveOwner;
}

/**
 * Opens a drive for cartridges that are brought to it. Rejects with DriveBusyError while another provider of this process
 * has it by its node: its cartridge is not taken away.
 */
export async function holdOwner(node: string, open: OpenDrive | undefined): Promise<OwnedDrive> {
  const { owner, isFirst, release } = await shareDrive(node, open);
  if (!isFirst) {
    await release();
    throw new DriveBusyError('another provider of this process has the drive', {
      device: node,
      next: 'Close it, or leave the drive out of `drives`',
    });
  }
  return {
    owner,
    drive: owner.drive,
    exclusively: (job, work) => owner.run(job, work),
    settle: () => settle(owner),
    close: release,
  };
}

/** Empties the drive's buffer and notes the use of a cartridge that was written. */
async function settle(owner: DriveOwner): Promise<void> {
  const { drive, written } = owner;
  if (!written) return;
  owner.written = false;
  await drive.writeFilemarks(0);
  await writeUseToMemory(drive, drive.mediumEpoch);
}
