import {
  decodeCdb,
  encodeExtendedPosition,
  encodeLongPosition,
  encodeShortPosition,
  READ_POSITION,
  READ_POSITION_FORM,
} from '../../../scsi/index.js';
import type { Drive } from '../../drive/drive.js';
import { invalidFieldInCdb } from '../../unit/check-condition.js';
import type { Request } from '../../unit/command.js';

/** Service action 01h: an address of the vendor's, which is the logical object here as on LTO drives; `st` asks for it. */
const SHORT_VENDOR_SPECIFIC = 1;
const SHORT_FORM_LIMIT = 2 ** 32;

/** READ POSITION */
export function readPosition(drive: Drive, { cdb }: Request): Uint8Array {
  const { serviceAction, allocationLength } = decodeCdb(READ_POSITION, cdb);
  const { short, long, extended } = READ_POSITION_FORM;
  if (serviceAction === extended.serviceAction) {
    return encodeExtendedPosition(bufferPosition(drive, false)).subarray(0, allocationLength);
  }
  if (allocationLength !== 0) throw invalidFieldInCdb(7);
  if (serviceAction === short.serviceAction || serviceAction === SHORT_VENDOR_SPECIFIC) {
    return encodeShortPosition(bufferPosition(drive, drive.position.object >= SHORT_FORM_LIMIT));
  }
  if (serviceAction === long.serviceAction) return encodeLongPosition(longPosition(drive));
  throw invalidFieldInCdb(1);
}

function flags(drive: Drive) {
  return {
    beginningOfPartition: drive.position.object === 0,
    endOfPartition: drive.beyondEarlyWarning(),
    beyondEarlyWarning: drive.beyondProgrammableEarlyWarning(),
  };
}

function longPosition(drive: Drive) {
  const { partition, object } = drive.position;
  const logicalFile = drive.image.filemarksBefore(object);
  return { ...flags(drive), partition, logicalObject: object, logicalFile };
}

/** The last object is the one that goes to the medium next, and the first the one that comes from the host next. */
function bufferPosition(drive: Drive, overflow: boolean) {
  const { partition, object } = drive.position;
  const { from = object, objects: waiting = 0, bytes = 0 } = drive.buffer.state ?? {};
  const objects = overflow ? {} : { partition, firstObject: object, lastObject: from };
  return { ...flags(drive), overflow, ...objects, objectsInBuffer: waiting, bytesInBuffer: bytes };
}
