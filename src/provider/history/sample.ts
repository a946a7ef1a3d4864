import type { MamValues } from '../../scsi/mam/values.js';
import type { TransferErrors } from '../../tape/reports/health/facts.js';
import type { Health } from '../../tape/reports/health/health.js';
import type { CartridgeSubject, DirectionSample, Sample } from './entry.js';

/** What of the health of drive and cartridge is kept. */
export function sampleOf({ writing, reading, cartridge, temperature, drive }: Health, values: MamValues): Sample {
  return {
    writing: direction(writing),
    reading: direction(reading),
    capacity: values.maximumCapacity,
    remaining: values.remainingCapacity,
    life: cartridge?.lifeRemainingPercent,
    celsius: temperature,
    driveLoads: drive?.loads,
  };
}

function direction({ bytes, corrected, retries, uncorrected }: TransferErrors): DirectionSample {
  return { bytes, corrected, retries, uncorrected };
}

export function cartridgeSubject(values: MamValues, format: string | undefined, loads?: number): CartridgeSubject {
  return { serial: values.serialNumber, barcode: values.barcode, format, loads: values.loadCount ?? loads };
}

/** Whether two entries are of the same load. Without a count of loads, of the same cartridge. */
export function isSameLoad(one: CartridgeSubject | undefined, other: CartridgeSubject | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.serial === other.serial && one.barcode === other.barcode && one.loads === other.loads;
}
