import { decodeDensitySupport } from '../../scsi/commands/density-support.js';
import { decodeInquiry } from '../../scsi/commands/inquiry.js';
import { decodeSupportedCommands, reportSupportedCommands } from '../../scsi/commands/opcodes-report.js';
import { inquiry } from '../../scsi/commands/primary.js';
import { type RecommendedTimeouts, recommendedTimeouts } from '../../scsi/commands/timeouts.js';
import { reportDensitySupport } from '../../scsi/commands/transfer.js';
import { driveGeneration, generationByDensities } from '../../scsi/drive-generation.js';
import { decodeSense } from '../../scsi/sense/sense.js';
import type { ScsiCommand } from '../../scsi/wire/command.js';
import type { Transport } from '../../transport/transport.js';
import { ifWellFormed } from './optional-query.js';

/** What has to be known of a drive's make to talk to it. */
export interface DriveModel {
  /** Vendor identification of INQUIRY: it tells whose sense codes these are. */
  readonly vendor: string;
  /** As the product identification names it, else as the formats that it writes tell; it tells how long a command may take. */
  readonly generation: number | undefined;
  /** Seconds that the drive itself gives its commands (REPORT SUPPORTED OPERATION CODES). */
  readonly timeouts?: RecommendedTimeouts | undefined;
}

const UNIT_ATTENTION = 6;
/** Unit attentions that are told one after the other, at most. */
const MAX_ATTENTIONS = 8;

/**
 * Asked once, when a drive is opened. Undefined when the drive does not answer INQUIRY, for then the standard's sense
 * codes and longest times do.
 */
export async function readDriveModel(transport: Transport): Promise<DriveModel | undefined> {
  const { vendor, product } = (await answer(transport, inquiry(), decodeInquiry)) ?? {};
  if (vendor === undefined || product === undefined) return undefined;
  const commands = await answer(transport, reportSupportedCommands(), decodeSupportedCommands);
  return {
    vendor,
    generation: driveGeneration(product) ?? (await generationOf(transport)),
    timeouts: commands && recommendedTimeouts(commands),
  };
}

async function generationOf(transport: Transport): Promise<number | undefined> {
  const densities = await answer(transport, reportDensitySupport(), decodeDensitySupport);
  return densities && generationByDensities(densities);
}

/** What the drive answers; undefined for every other end. Nothing is known yet that a unit attention could make void. */
async function answer<T>(
  transport: Transport,
  command: ScsiCommand,
  decode: (data: Uint8Array) => T,
): Promise<T | undefined> {
  for (let attempt = 0; attempt < MAX_ATTENTIONS; attempt += 1) {
    const reply = await transport.scsi(command).catch(() => undefined);
    if (reply === undefined) return undefined;
    if (decodeSense(reply.sense)?.key === UNIT_ATTENTION) continue;
    const { status, hostStatus, data } = reply;
    return status === 0 && hostStatus === 0 && data.length > 0 ? ifWellFormed(() => decode(data)) : undefined;
  }
  return undefined;
}
