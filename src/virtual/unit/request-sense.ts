import { decodeCdb, encodeSense, REQUEST_SENSE, type SenseFields } from '../../scsi/index.js';
import { CheckCondition, sense } from './check-condition.js';
import type { Request } from './command.js';
import type { Nexus } from './nexus.js';

/** A logical unit that may have something to tell. */
interface TellingUnit {
  /** Throws CheckCondition with the next queued unit attention of the nexus, and removes it. */
  reportAttention(nexus: Nexus): void;
  /** Throws CheckCondition if the unit is not ready. */
  requireReady(): void;
}

/** REQUEST SENSE: reports and removes the next queued unit attention; otherwise why the unit is not ready. */
export function requestSense(unit: TellingUnit, { cdb, nexus }: Request): Uint8Array {
  const { descriptorFormat, allocationLength } = decodeCdb(REQUEST_SENSE, cdb);
  return encodeSense(pendingSense(unit, nexus), { descriptor: descriptorFormat }).subarray(0, allocationLength);
}

function pendingSense(unit: TellingUnit, nexus: Nexus): SenseFields {
  try {
    unit.reportAttention(nexus);
    unit.requireReady();
    return sense('0/00/00');
  } catch (condition) {
    if (condition instanceof CheckCondition) return condition.sense;
    throw condition;
  }
}
