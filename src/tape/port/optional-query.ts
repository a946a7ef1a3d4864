import { MalformedResponseError } from '../../errors/index.js';
import type { ScsiCommand } from '../../scsi/wire/command.js';
import type { DrivePort } from './drive-port.js';

/** Data in of a query; undefined where the drive does not support it. */
export async function dataIfSupported(port: DrivePort, command: ScsiCommand): Promise<Uint8Array | undefined> {
  const reply = await port.queryIfSupported(command);
  // Some drives, and mhvtl, answer GOOD with nothing to what they do not support.
  return reply === undefined || reply.data.length === 0 ? undefined : reply.data;
}

/**
 * What `decode` reads; undefined when the drive's answer is other than the standard allows. For reports of many parts,
 * where one bad page must not hide the others: it tells nothing, and nothing is guessed from it.
 */
export function ifWellFormed<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof MalformedResponseError) return undefined;
    throw error;
  }
}
