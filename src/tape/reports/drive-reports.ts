import type { SenseData } from '../../errors/index.js';
import { type BlockLimits, decodeBlockLimits } from '../../scsi/commands/block-limits.js';
import { type DensitySupport, decodeDensitySupport } from '../../scsi/commands/density-support.js';
import {
  decodeSupportedCommands,
  reportSupportedCommands,
  type SupportedCommands,
} from '../../scsi/commands/opcodes-report.js';
import { requestSense } from '../../scsi/commands/primary.js';
import {
  decodeReservation,
  decodeReservationKeys,
  PERSISTENT_RESERVE_IN_ACTION,
  persistentReserveIn,
  type ReservationHolder,
} from '../../scsi/commands/reservation.js';
import { decodeTimestamp, reportTimestamp, type Timestamp } from '../../scsi/commands/timestamp.js';
import { readBlockLimits, reportDensitySupport } from '../../scsi/commands/transfer.js';
import { decodeSense } from '../../scsi/sense/sense.js';
import type { ScsiCommand } from '../../scsi/wire/command.js';
import type { DrivePort } from '../port/drive-port.js';
import { mediumPresence } from './medium-presence.js';

// Reports of a single command. Each is undefined if the drive does not support the command.

/** READ BLOCK LIMITS. */
export function readLimits(port: DrivePort): Promise<BlockLimits | undefined> {
  return report(port, readBlockLimits(), decodeBlockLimits);
}

/** REPORT TIMESTAMP: the clock of the drive. */
export function readTimestamp(port: DrivePort): Promise<Timestamp | undefined> {
  return report(port, reportTimestamp(), decodeTimestamp);
}

/** REPORT SUPPORTED OPERATION CODES: all commands, with their timeouts in seconds. */
export function readSupportedCommands(port: DrivePort): Promise<SupportedCommands | undefined> {
  return report(port, reportSupportedCommands(), decodeSupportedCommands);
}

/** REQUEST SENSE: what the drive is doing, with progress. Errors that were already reported are ignored. */
export function readSense(port: DrivePort): Promise<SenseData | undefined> {
  return report(port, requestSense(), (bytes) => decodeSense(bytes, port.model?.vendor));
}

/** REPORT DENSITY SUPPORT. Capacities are in units of 10^6 bytes. */
export interface Densities {
  readonly drive: readonly DensitySupport[];
  /** Densities of the cartridge; undefined while the drive has no usable one. */
  readonly medium: readonly DensitySupport[] | undefined;
}

export async function readDensities(port: DrivePort): Promise<Densities | undefined> {
  const drive = await report(port, reportDensitySupport(), decodeDensitySupport);
  if (drive === undefined) return undefined;
  const loaded = (await mediumPresence(port)) === 'loaded';
  const medium = loaded ? await report(port, reportDensitySupport({ media: true }), decodeDensitySupport) : undefined;
  return { drive, medium };
}

/** PERSISTENT RESERVE IN: registrations and reservation of the drive. */
export interface Reservations {
  /** One key for each registered path, 16 hex digits; a key may occur more than once. */
  readonly keys: readonly string[];
  /** Undefined while the drive is not reserved. */
  readonly holder: ReservationHolder | undefined;
}

export async function readReservations(port: DrivePort): Promise<Reservations | undefined> {
  const { readKeys, readReservation } = PERSISTENT_RESERVE_IN_ACTION;
  const keys = await report(port, persistentReserveIn(readKeys), decodeReservationKeys);
  const reservation = await report(port, persistentReserveIn(readReservation), decodeReservation);
  return keys && reservation && { keys: keys.keys, holder: reservation.holder };
}

async function report<T>(port: DrivePort, command: ScsiCommand, decode: (bytes: Uint8Array) => T) {
  const data = await port.dataIfSupported(command);
  return data && decode(data);
}
