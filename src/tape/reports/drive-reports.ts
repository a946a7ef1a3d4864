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

// What a drive tells in answer to one command. Each is undefined where the drive does not know the command.

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

/** REQUEST SENSE: what the drive is doing, with progress; takes no notice of errors that were told already. */
export function readSense(port: DrivePort): Promise<SenseData | undefined> {
  return report(port, requestSense(), (bytes) => decodeSense(bytes, port.model?.vendor));
}

/** REPORT DENSITY SUPPORT. Capacities are in units of 10^6 bytes. */
export interface Densities {
  readonly drive: readonly DensitySupport[];
  /** Of the cartridge; undefined while the drive has none that it can use. */
  readonly medium: readonly DensitySupport[] | undefined;
}

export async function readDensities(port: DrivePort): Promise<Densities | undefined> {
  const drive = await report(port, reportDensitySupport(), decodeDensitySupport);
  if (drive === undefined) return undefined;
  const loaded = (await mediumPresence(port)) === 'loaded';
  const medium = loaded ? await report(port, reportDensitySupport({ media: true }), decodeDensitySupport) : undefined;
  return { drive, medium };
}

/** PERSISTENT RESERVE IN: who has registered and who has reserved the drive. */
export interface Reservations {
  /** One for each registered path, 16 hex digits; a key may come more than once. */
  readonly keys: readonly string[];
  /** Undefined while nobody holds a reservation. */
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
