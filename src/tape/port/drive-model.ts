import { ScsiDevice } from '../../device/scsi-device.js';
import { ifWellFormed } from '../../device/well-formed.js';
import { decodeDensitySupport } from '../../scsi/commands/density-support.js';
import { decodeInquiry } from '../../scsi/commands/inquiry.js';
import {
  decodeSupportedCommands,
  recommendedTimeouts,
  reportSupportedCommands,
} from '../../scsi/commands/opcodes-report.js';
import { inquiry } from '../../scsi/commands/primary.js';
import { reportDensitySupport } from '../../scsi/commands/transfer.js';
import { driveGeneration, generationByDensities } from '../../scsi/generations/index.js';
import type { ScsiCommand } from '../../scsi/wire/command.js';
import type { RecommendedTimeouts } from '../../scsi/wire/timeouts.js';
import type { Transport } from '../../transport/transport.js';

/** What has to be known of a drive's make to talk to it. */
export interface DriveModel {
  /** Vendor identification of INQUIRY: it tells whose sense codes these are. */
  readonly vendor: string;
  /** As the product identification names it, else as the formats that it writes tell; it tells how long a command may take. */
  readonly generation: number | undefined;
  /** Seconds that the drive itself gives its commands (REPORT SUPPORTED OPERATION CODES). */
  readonly timeouts?: RecommendedTimeouts | undefined;
}

/**
 * Asked once, when a drive is opened. Undefined when the drive does not answer INQUIRY: standard sense codes and the
 * longest timeouts then apply.
 */
export async function readDriveModel(transport: Transport): Promise<DriveModel | undefined> {
  const device = new ScsiDevice(transport);
  const { vendor, product } = (await told(device, inquiry(), decodeInquiry)) ?? {};
  if (vendor === undefined || product === undefined) return undefined;
  const commands = await told(device, reportSupportedCommands(), decodeSupportedCommands);
  return {
    vendor,
    generation: driveGeneration(product) ?? (await generationOf(device)),
    timeouts: commands && recommendedTimeouts(commands),
  };
}

async function generationOf(device: ScsiDevice): Promise<number | undefined> {
  const densities = await told(device, reportDensitySupport(), decodeDensitySupport);
  return densities && generationByDensities(densities);
}

/** What the drive answers; undefined for every other end. Nothing is known yet that a unit attention could make void. */
async function told<T>(
  device: ScsiDevice,
  command: ScsiCommand,
  decode: (data: Uint8Array) => T,
): Promise<T | undefined> {
  const data = await device.dataIfSupported(command).catch(() => undefined);
  return data && ifWellFormed(() => decode(data));
}
