import { setTimeout as delay } from 'node:timers/promises';
import { DriveBusyError, NoMediumError } from '../../errors/index.js';
import type { LtoFormat } from '../../scsi/generations/index.js';
import type { TapeAlertFlag } from '../../scsi/log/tape-alert.js';
import type { RawAttribute } from '../../scsi/mam/attribute-list.js';
import type { MamValues } from '../../scsi/mam/values.js';
import type { Label } from '../label/label-archive.js';
import type { DriveOwner } from '../session/drive-owner.js';
import { lastKnownGood } from './last-known-good.js';

/** The name that a cartridge goes by, and what told it. */
export interface CartridgeIdentity {
  readonly value: string;
  readonly source: 'barcode' | 'label' | 'medium serial number';
}

/** What the cartridge memory and the drive tell of the cartridge. */
export interface MamInfo {
  /** False where the drive gives no cartridge memory: then only alerts and generation are told. */
  readonly available: boolean;
  /** Decoded, by name. */
  readonly values: MamValues;
  /** All attributes as they came. */
  readonly attributes: readonly RawAttribute[];
  readonly alerts: readonly TapeAlertFlag[] | undefined;
  /** `LTO-8`; undefined when nothing names it for certain. */
  readonly generation: LtoFormat | undefined;
  /** Attribute 0806h. */
  readonly barcode: string | undefined;
  /** Attribute 0401h. */
  readonly mediumSerial: string | undefined;
  readonly identity: CartridgeIdentity | undefined;
}

/** When something was read, and why it was not read now. */
export interface Freshness {
  readonly readAt: Date;
  readonly ageMs: number;
  /** Why this is last-known-good; undefined for what the drive has just told, or told within the throttle. */
  readonly stale: string | undefined;
}

const BUSY_RETRIES = 3;
const FIRST_BACK_OFF_MS = 100;

/**
 * What is known of the cartridge: read from the drive when that is older than `maxAgeMs`, and last-known-good when the
 * drive fails, or (unless `force`) while a job moves the tape. Rejects with NoMediumError for an empty drive, and with
 * the drive's error when nothing is known.
 */
export async function mamInfo(owner: DriveOwner, maxAgeMs: number, force: boolean): Promise<MamInfo & Freshness> {
  await owner.noticeChanges();
  const drive = await owner.serial();
  const known = lastKnownGood.get(drive);
  if (known && owner.job !== undefined && !force) return report(known, `${owner.job} is under way`);
  try {
    const reading = await owner.mam.get(force ? 0 : maxAgeMs);
    lastKnownGood.put(drive, reading.value, reading.readAt);
    return report(reading, undefined);
  } catch (error) {
    // The failed command may have been the one that told of a change.
    await owner.noticeChanges();
    if (error instanceof NoMediumError) await owner.forgetCartridge();
    const left = lastKnownGood.get(drive);
    if (left === undefined) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return report(left, left.imported ? `kept from before a restart; ${reason}` : reason);
  }
}

/** Member by member: a spread would make a cached poll eight times as slow. */
function report({ value, readAt }: { value: MamInfo; readAt: number }, stale: string | undefined): MamInfo & Freshness {
  const { available, values, attributes, alerts, generation, barcode, mediumSerial, identity } = value;
  return {
    available,
    values,
    attributes,
    alerts,
    generation,
    barcode,
    mediumSerial,
    identity,
    readAt: new Date(readAt),
    ageMs: Date.now() - readAt,
    stale,
  };
}

/** Reads it from the drive, again after a back-off while the drive is busy, and again when the cartridge changed. */
export async function readMamInfo(owner: DriveOwner): Promise<MamInfo> {
  for (let attempt = 0; ; attempt += 1) {
    const changes = owner.drive.mediumEpoch;
    try {
      const info = await readOnce(owner);
      if (owner.drive.mediumEpoch === changes || attempt >= BUSY_RETRIES) return info;
    } catch (error) {
      if (!(error instanceof DriveBusyError) || attempt >= BUSY_RETRIES) throw error;
      await delay(FIRST_BACK_OFF_MS * 2 ** attempt);
    }
  }
}

async function readOnce(owner: DriveOwner): Promise<MamInfo> {
  const { drive } = owner;
  const { memory, verdict } = await drive.memoryAndFormat();
  const values = memory?.values ?? {};
  const alerts = await drive.alerts();
  return {
    available: memory !== undefined,
    values,
    attributes: memory?.attributes ?? [],
    alerts: alerts?.flags,
    generation: verdict?.guess ? undefined : verdict?.format,
    barcode: values.barcode,
    mediumSerial: values.serialNumber,
    identity: identityOf(values, owner.label),
  };
}

function identityOf({ barcode, serialNumber }: MamValues, label: Label | undefined): CartridgeIdentity | undefined {
  if (barcode !== undefined && barcode !== label?.replacedBarcode) return { value: barcode, source: 'barcode' };
  if (label !== undefined) return { value: label.identifier, source: 'label' };
  return serialNumber === undefined ? undefined : { value: serialNumber, source: 'medium serial number' };
}
