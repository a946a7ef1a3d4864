import { inquiry } from '../scsi/commands/primary.js';
import { driveGeneration } from '../scsi/drive-generation.js';
import { decodeInquiry } from '../scsi/inquiry.js';
import type { Transport } from '../transport/transport.js';
import { ifWellFormed } from './optional-query.js';

/** What has to be known of a drive's make to talk to it. */
export interface DriveModel {
  /** Vendor identification of INQUIRY: it tells whose sense codes these are. */
  readonly vendor: string;
  /** As the product identification names it; it tells how long a command may take. */
  readonly generation: number | undefined;
}

/** INQUIRY; undefined when the drive does not answer, for then the standard's sense codes and longest times do. */
export async function readDriveModel(transport: Transport): Promise<DriveModel | undefined> {
  const reply = await transport.scsi(inquiry()).catch(() => undefined);
  const told = reply && ifWellFormed(() => decodeInquiry(reply.data));
  return told && { vendor: told.vendor, generation: driveGeneration(told.product) };
}
