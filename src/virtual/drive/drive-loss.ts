import type { Drive } from './drive.js';
import { DriveClock } from './drive-clock.js';
import { type DriveMemory, poweredOn } from './drive-record.js';

/** A bus reset: settings are lost and the tape is at the beginning; buffered data is recorded. */
export function resetDrive(drive: Drive): void {
  drive.moveTo(0, 0);
  // Only a loss of power ends a reservation (SPC-5 5.14.1).
  beginAnew(drive, { reservation: drive.memory.reservation });
}

/** Power off and on: the content of the buffer is lost. */
export async function cutPower(drive: Drive): Promise<void> {
  if (drive.cartridge !== undefined && drive.memory.loaded) await loseBuffer(drive);
  drive.life.powerCycles += 1;
  drive.clock = new DriveClock();
  beginAnew(drive, {});
}

/** Drops data that is not on the medium; the tape then stands where that data would begin. */
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
