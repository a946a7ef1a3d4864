import { readModeFields } from '../../device/mode-pages.js';
import { type LtoErrorDetails, WriteProtectedError, type WriteProtectionReason } from '../../errors/index.js';
import { DEVICE_CONFIGURATION, DEVICE_CONFIGURATION_EXTENSION, WRITE_MODE } from '../../scsi/mode/pages.js';
import type { DrivePort } from '../port/drive-port.js';
import type { TransferGuard } from '../port/transfer-guard.js';
import type { WriteEffect } from '../port/write-gate.js';
import { type MediumFormat, readMediumFormat } from '../reports/medium-format.js';
import { readTapeAlerts } from '../reports/tape-alerts.js';
import { spaceToEndOfData } from './end-of-data.js';
import { readStanding } from './position.js';

/** What may be written on the cartridge in the drive. */
export interface WriteRights {
  /** All that forbids writing anything; empty where data can be appended. */
  readonly reasons: readonly WriteProtectionReason[];
  /** Why what is recorded can't be changed, although data can be appended; undefined where it can. */
  readonly appendOnly: 'worm' | 'append-only' | undefined;
}

/** What puts something on tape; motions fail for reasons of their own. */
const WRITES = /^(write|MTWEOFI?|MTERASE)\b/;

/** TapeAlert: WORM medium, overwrite attempted. */
const OVERWRITE_ATTEMPTED = 60;

/** Rights by drive, and the count of `DrivePort.stateChanges` that they hold for. */
const known = new WeakMap<DrivePort, { readonly stateChanges: number; readonly rights: WriteRights }>();

/**
 * Asks the drive once for each load, and again after any unit attention. Rejects with NoMediumError for an empty one: an
 * error is never an answer.
 */
export async function readWriteRights(port: DrivePort): Promise<WriteRights> {
  const { stateChanges } = port;
  const kept = known.get(port);
  if (kept?.stateChanges === stateChanges) return kept.rights;
  const medium = await readMediumFormat(port);
  const reasons = await reasonsOf(port, medium);
  const appendOnly = medium.kind === 'worm' ? 'worm' : await writeModeOf(port);
  const rights = { reasons, appendOnly } as const;
  // Of a cartridge that is not loaded, the mode parameters say nothing.
  if (medium.writeProtected !== undefined) known.set(port, { stateChanges, rights });
  return rights;
}

/**
 * The one place that says what may be written: nothing reaches the tape through a DrivePort without it. For `append` and
 * `overwrite` the permission is for where the tape stands now, and ends with the next motion. Rejects with
 * WriteProtectedError before anything is written. On media that take no change, `overwrite` is allowed at the end of the
 * data only, for which the tape is moved there.
 */
export async function permitWriting(port: DrivePort, effect: WriteEffect, operation: string): Promise<void> {
  const rights = await requireWriteRights(port, operation);
  // Asked each time: a driver may have taken the unit attention of a host that has changed the mode.
  const appendOnly = rights.appendOnly ?? (effect === 'append' ? undefined : await writeModeOf(port));
  if (appendOnly !== undefined && effect !== 'append') {
    const harmless = effect === 'overwrite' && (await isAtEndOfData(port));
    if (!harmless) throw writeRefusal([appendOnly], { device: port.device, operation });
  }
  port.grantWriting(effect);
}

/** Rejects with WriteProtectedError where nothing at all may be written. */
export async function requireWriteRights(port: DrivePort, operation: string): Promise<WriteRights> {
  const rights = await readWriteRights(port);
  if (rights.reasons.length > 0) throw writeRefusal(rights.reasons, { device: port.device, operation });
  return rights;
}

/** The error for all that forbids writing; the first reason tells what to do. */
export function writeRefusal(reasons: readonly WriteProtectionReason[], details: LtoErrorDetails): WriteProtectedError {
  const [reason = 'unknown'] = reasons;
  const what = reasons.map((each) => REFUSALS[each].what).join('; ');
  return new WriteProtectedError(what, { ...details, reason, reasons, next: REFUSALS[reason].next });
}

/**
 * What a drive that refused to write has raised a TapeAlert for; `st` says EIO for it as for anything else. Page 12 only,
 * which reading does not clear.
 */
async function protectionProblem(port: DrivePort, details: LtoErrorDetails): Promise<WriteProtectedError | undefined> {
  if (!WRITES.test(details.operation ?? '')) return undefined;
  const alerts = await readTapeAlerts(port).catch(() => undefined);
  if (alerts?.source !== 'log page 12' || !alerts.flags.some(({ flag }) => flag === OVERWRITE_ATTEMPTED))
    return undefined;
  const { appendOnly = 'worm' } = await readWriteRights(port);
  return writeRefusal([appendOnly], details);
}

/** A transfer that failed may have failed for the cartridge's protection. */
export function protectionGuard(port: DrivePort): TransferGuard {
  return { explain: (details) => protectionProblem(port, details) };
}

async function reasonsOf(
  port: DrivePort,
  { kind, canWrite, writeProtected }: MediumFormat,
): Promise<WriteProtectionReason[]> {
  const reasons: WriteProtectionReason[] = [];
  if (kind === 'cleaning') reasons.push('cleaning-cartridge');
  if (canWrite === false && kind !== 'cleaning') reasons.push('read-only-format');
  // A drive sets the bit of the mode parameter header for a format that it can only read, too.
  if (writeProtected && canWrite !== false) reasons.push(await protectorOf(port));
  if (reasons.length === 0 && (await port.status()).writeProtected) reasons.push('driver');
  return reasons;
}

/** Which protection the bit of the mode parameter header stands for (SSC-5 8.3.3); without the page, the switch. */
async function protectorOf(port: DrivePort): Promise<WriteProtectionReason> {
  const page = await readModeFields(port, DEVICE_CONFIGURATION);
  if (page?.permanentWriteProtect || page?.persistentWriteProtect) return 'permanent';
  return page?.softwareWriteProtect || page?.associatedWriteProtect ? 'software' : 'switch';
}

async function writeModeOf(port: DrivePort): Promise<'append-only' | undefined> {
  const page = await readModeFields(port, DEVICE_CONFIGURATION_EXTENSION);
  return page?.writeMode === WRITE_MODE.appendOnly ? 'append-only' : undefined;
}

/** Goes to the end of the data and tells whether the tape stood there before. */
async function isAtEndOfData(port: DrivePort): Promise<boolean> {
  const before = await readStanding(port);
  const { blockNumber } = await port.status();
  const { end, fileNumber } = await spaceToEndOfData(port);
  const after = await readStanding(port);
  if (before.partition !== after.partition) return false;
  if (before.logicalObject !== undefined) return before.logicalObject === after.logicalObject;
  // Without logical object numbers, only the beginning of a file that does not exist yet is certainly the end.
  return blockNumber === 0 && before.fileNumber === fileNumber && end !== 'unterminated';
}

const ANOTHER = 'Use another cartridge';

const REFUSALS: Readonly<Record<WriteProtectionReason, { readonly what: string; readonly next: string }>> = {
  switch: { what: 'the cartridge is write-protected', next: 'Move the switch on the cartridge, or use another one' },
  permanent: { what: 'the cartridge is marked as write-protected', next: ANOTHER },
  software: {
    what: 'the drive is set to refuse writing',
    next: 'Clear the protection in mode page 10h of the drive, or load the cartridge again',
  },
  'read-only-format': { what: 'the drive can only read cartridges of this generation', next: ANOTHER },
  'cleaning-cartridge': { what: 'this is a cleaning cartridge', next: 'Take it out' },
  worm: {
    what: 'this is write-once media (WORM): what is recorded can not be changed',
    next: 'Append after it, or use another cartridge',
  },
  'append-only': {
    what: 'the drive is set to append only: what is recorded can not be changed',
    next: 'Append after it, or set the write mode of the drive (mode page 10h, subpage 01h) to overwrite',
  },
  driver: {
    what: 'the driver takes the tape for write-protected',
    next: 'Load the cartridge again; if it stays write-protected, move its switch or use another one',
  },
  'opened-for-reading': { what: 'the drive was opened for reading only', next: 'Open it again, without reading only' },
  configuration: { what: 'the configuration forbids writing', next: 'Change the configuration, or use another drive' },
  unknown: { what: 'the cartridge must not be written', next: ANOTHER },
};
