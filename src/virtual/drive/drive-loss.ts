import type { Drive } from './drive.js';
import { DriveClock } from './drive-clock.js';
import { type DriveMemory, poweredOn } from './drive-record.js';

/** As the drive's bus would: settings are gone and the tape is at the beginning; what is buffered is recorded. */
export function resetDrive(drive: Drive): void {
  drive.moveTo(0, 0);
  // Only a loss of power ends a reservation (SPC-5 5.14.1).
  beginAnew(drive, { reservation: drive.memory.reservation });
}

/** The power goes off and on: what is in the buffer is gone. */
export async function cutPower(drive: Drive): Promise<void> {
  if (drive.cartridge !== undefined && drive.memory.loaded) await loseBuffer(drive);
  drive.life.powerCycles += 1;
  drive.clock = new DriveClock();
  beginAnew(drive, {});
}

/** What is not on the medium is gone, and the tape stands where it would have gone. */
export async function loseBuffer(drive: Drive): Promise<void> {
  const lost = drive.buffer.state;
  drive.pace?.drop();
  drive.buffer.empty();
  if (lost === undefined) return;
  await drive.image.truncate(lost.from);
  drive.memory.position = { partition: drive.position.partition, object: lost.from };
}

function beginAnew(drive: Drive, kept: Partial<DriveMemory>): void {
  const { cartridge, loaded, diagnostics } = drive.memory;
  Object.assign(drive.memory, poweredOn(cartridge, loaded), { diagnostics, protection: {}, ...kept });
  drive.encryption.clear();
  drive.attentions.reset();
}
