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

/** What must be known about a drive's model to talk to it. */
export interface DriveModel {
  /** Vendor identification of INQUIRY: selects the vendor's sense codes. */
  readonly vendor: string;
  /**
   * Generation from the product identification, otherwise from the formats the drive writes; determines the timeouts.
   */
  readonly generation: number | undefined;
  /** Timeouts in seconds that the drive recommends (REPORT SUPPORTED OPERATION CODES). */
  readonly timeouts?: RecommendedTimeouts | undefined;
}

/**
 * Reads the model, once when a drive is opened. Undefined if the drive does not answer INQUIRY: standard sense codes
 * and the longest timeouts then apply.
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

/** The drive's data; undefined if the command fails. Nothing is known yet that a unit attention could invalidate. */
async function told<T>(
  device: ScsiDevice,
  command: ScsiCommand,
  decode: (data: Uint8Array) => T,
): Promise<T | undefined> {
  const data = await device.dataIfSupported(command).catch(() => undefined);
  return data && ifWellFormed(() => decode(data));
}
