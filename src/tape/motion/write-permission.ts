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

/** What may be written to the cartridge in the drive. */
export interface WriteRights {
  /** All reasons that forbid any writing; empty if data can be appended. */
  readonly reasons: readonly WriteProtectionReason[];
  /** Why recorded data cannot be changed although data can be appended; undefined if it can be changed. */
  readonly appendOnly: 'worm' | 'append-only' | undefined;
}

/** Operations that write to the tape; motions fail for other reasons. */
const WRITES = /^(write|MTWEOFI?|MTERASE)\b/;

/** TapeAlert: WORM medium, overwrite attempted. */
const OVERWRITE_ATTEMPTED = 60;

/** Rights by drive, with the value of `DrivePort.stateChanges` for which they are valid. */
const known = new WeakMap<DrivePort, { readonly stateChanges: number; readonly rights: WriteRights }>();

/**
 * Asks the drive once for each load, and again after any unit attention. Rejects with NoMediumError if the drive is
 * empty, and with any other error: rights are never assumed.
 */
export async function readWriteRights(port: DrivePort): Promise<WriteRights> {
  const { stateChanges } = port;
  const kept = known.get(port);
  if (kept?.stateChanges === stateChanges) return kept.rights;
  const medium = await readMediumFormat(port);
  const reasons = await reasonsOf(port, medium);
  const appendOnly = medium.kind === 'worm' ? 'worm' : await writeModeOf(port);
  const rights = { reasons, appendOnly } as const;
  // The mode parameters are meaningless while the cartridge is not loaded.
  if (medium.writeProtected !== undefined) known.set(port, { stateChanges, rights });
  return rights;
}

/**
 * The only place that permits writing: nothing reaches the tape through a DrivePort without it. For `append` and
 * `overwrite` the permission is for the current position and ends with the next motion. Rejects with
 * WriteProtectedError before anything is written. On media whose data cannot be changed, `overwrite` is allowed only at
 * the end of the data, and the tape is moved there to check.
 */
export async function permitWriting(port: DrivePort, effect: WriteEffect, operation: string): Promise<void> {
  const rights = await requireWriteRights(port, operation);
  // Asked each time: the driver may have consumed the unit attention of another host's MODE SELECT.
  const appendOnly = rights.appendOnly ?? (effect === 'append' ? undefined : await writeModeOf(port));
  if (appendOnly !== undefined && effect !== 'append') {
    const harmless = effect === 'overwrite' && (await isAtEndOfData(port));
    if (!harmless) throw writeRefusal([appendOnly], { device: port.device, operation });
  }
  port.grantWriting(effect);
}

/** Rejects with WriteProtectedError if nothing may be written at all. */
export async function requireWriteRights(port: DrivePort, operation: string): Promise<WriteRights> {
  const rights = await readWriteRights(port);
  if (rights.reasons.length > 0) throw writeRefusal(rights.reasons, { device: port.device, operation });
  return rights;
}

/** The error for all reasons that forbid writing; its next step follows from the first. */
export function writeRefusal(reasons: readonly WriteProtectionReason[], details: LtoErrorDetails): WriteProtectedError {
  const [reason = 'unknown'] = reasons;
  const what = reasons.map((each) => REFUSALS[each].what).join('; ');
  return new WriteProtectedError(what, { ...details, reason, reasons, next: REFUSALS[reason].next });
}

/**
 * The write protection for which a drive raised a TapeAlert; `st` reports only EIO. Reads page 12 only, which reading
 * does not clear.
 */
async function protectionProblem(port: DrivePort, details: LtoErrorDetails): Promise<WriteProtectedError | undefined> {
  if (!WRITES.test(details.operation ?? '')) return undefined;
  const alerts = await readTapeAlerts(port).catch(() => undefined);
  if (alerts?.source !== 'log page 12' || !alerts.flags.some(({ flag }) => flag === OVERWRITE_ATTEMPTED))
    return undefined;
  const { appendOnly = 'worm' } = await readWriteRights(port);
  return writeRefusal([appendOnly], details);
}

/** Finds out whether write protection made a transfer fail. */
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
  // A drive also sets WP in the mode parameter header for a format that it can only read.
  if (writeProtected && canWrite !== false) reasons.push(await protectorOf(port));
  if (reasons.length === 0 && (await port.status()).writeProtected) reasons.push('driver');
  return reasons;
}

/** Which protection WP of the mode parameter header stands for (SSC-5 8.3.3); the switch if the page is missing. */
async function protectorOf(port: DrivePort): Promise<WriteProtectionReason> {
  const page = await readModeFields(port, DEVICE_CONFIGURATION);
  if (page?.permanentWriteProtect || page?.persistentWriteProtect) return 'permanent';
  return page?.softwareWriteProtect || page?.associatedWriteProtect ? 'software' : 'switch';
}

async function writeModeOf(port: DrivePort): Promise<'append-only' | undefined> {
  const page = await readModeFields(port, DEVICE_CONFIGURATION_EXTENSION);
  return page?.writeMode === WRITE_MODE.appendOnly ? 'append-only' : undefined;
}

/** Goes to the end of the data; resolves with whether the tape already stood there. */
async function isAtEndOfData(port: DrivePort): Promise<boolean> {
  const before = await readStanding(port);
  const { blockNumber } = await port.status();
  const { end, fileNumber } = await spaceToEndOfData(port);
  const after = await readStanding(port);
  if (before.partition !== after.partition) return false;
  if (before.logicalObject !== undefined) return before.logicalObject === after.logicalObject;
  // Without logical object numbers, only the beginning of a file that does not exist yet is known to be the end.
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
