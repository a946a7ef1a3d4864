import { fromSystemError } from '../../device/system-errors.js';
import type { ScsiRequest } from '../../scsi/wire/command.js';
import type { DriveSetting } from '../../transport/transport.js';
import type { DrivePort } from './drive-port.js';

/**
 * Has `command` sent if the process ends without `close()`, so that a setting of the drive is taken back; undefined for none
 * any more. Said again for each file: a program may have given its signals listeners, and taken them away, in the meantime.
 */
export async function atExit(
  { transport, device }: DrivePort,
  setting: DriveSetting,
  command: ScsiRequest | undefined,
): Promise<void> {
  await transport.atExit?.(setting, command).catch((error: unknown) => {
    throw fromSystemError(error, { device, operation: `set ${setting}` });
  });
}
