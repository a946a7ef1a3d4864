import { setTimeout as delay } from 'node:timers/promises';
import { DriveBusyError } from '../../errors/index.js';
import type { LtoFormat } from '../../scsi/generations/index.js';
import type { TapeAlertFlag } from '../../scsi/log/tape-alert.js';
import type { RawAttribute } from '../../scsi/mam/attribute-list.js';
import type { MamValues } from '../../scsi/mam/values.js';
import type { Label } from '../session/cartridge-label.js';
import type { DriveOwner } from '../session/drive-owner.js';
import type { Reading } from './shared-reading.js';

/** The identity of a cartridge and its source. */
export interface CartridgeIdentity {
  readonly value: string;
  readonly source: 'barcode' | 'label' | 'medium serial number';
}

/** What the cartridge memory and the drive report about the cartridge. */
export interface MamInfo {
  /** False if the drive gives no access to the cartridge memory: only alerts and generation are reported then. */
  readonly available: boolean;
  /** Decoded, by name. */
  readonly values: MamValues;
  /** All attributes, raw. */
  readonly attributes: readonly RawAttribute[];
  readonly alerts: readonly TapeAlertFlag[] | undefined;
  /** Such as `LTO-8`; undefined if no source names it for certain. */
  readonly generation: LtoFormat | undefined;
  /** Attribute 0806h. */
  readonly barcode: string | undefined;
  /** Attribute 0401h. */
  readonly mediumSerial: string | undefined;
  readonly identity: CartridgeIdentity | undefined;
}

/** When the values were read, and why they were not read now. */
export interface Freshness {
  readonly readAt: Date;
  readonly ageMs: number;
  /** Why the values are last-known-good; undefined if they were read now or within the throttle window. */
  readonly stale: string | undefined;
}

const BUSY_RETRIES = 3;
const FIRST_BACK_OFF_MS = 100;

/**
 * Reads it from the drive; repeats after a back-off while the drive is busy, and if the cartridge changed. `isLoaded`:
 * result of a TEST UNIT READY just sent, which spares what has not changed since it was last read; if omitted, it is sent.
 */
export async function readMamInfo(owner: DriveOwner, isLoaded?: boolean): Promise<Reading<MamInfo>> {
  for (let attempt = 0; ; attempt += 1) {
    const changes = owner.drive.mediumEpoch;
    try {
      const info = await readOnce(owner, attempt === 0 ? isLoaded : undefined);
      if (owner.drive.mediumEpoch === changes || attempt >= BUSY_RETRIES) return info;
    } catch (error) {
      if (!(error instanceof DriveBusyError) || attempt >= BUSY_RETRIES) throw error;
      await delay(FIRST_BACK_OFF_MS * 2 ** attempt);
    }
  }
}

async function readOnce(owner: DriveOwner, isLoaded: boolean | undefined): Promise<Reading<MamInfo>> {
  const { drive } = owner;
  const { memory, verdict, readAt } = await drive.memoryAndFormat({ isLoaded });
  const values = memory?.values ?? {};
  const alerts = await drive.alerts();
  const value = {
    available: memory !== undefined,
    values,
    attributes: memory?.attributes ?? [],
    alerts: alerts?.flags,
    generation: verdict?.guess ? undefined : verdict?.format,
    barcode: values.barcode,
    mediumSerial: values.serialNumber,
    identity: identityOf(values, owner.label),
  };
  return { value, readAt };
}

function identityOf({ barcode, serialNumber }: MamValues, label: Label | undefined): CartridgeIdentity | undefined {
  if (barcode !== undefined && barcode !== label?.replacedBarcode) return { value: barcode, source: 'barcode' };
  if (label !== undefined) return { value: label.identifier, source: 'label' };
  return serialNumber === undefined ? undefined : { value: serialNumber, source: 'medium serial number' };
}

/** Whether a cartridge has a barcode or a label. */
export function hasName({ identity }: MamInfo): boolean {
  return identity !== undefined && identity.source !== 'medium serial number';
}
