import {
  ACCESS_ORDER_PROCESS,
  decodeAccessOrder,
  decodeCdb,
  END_OF_WRAP_QUALIFIER,
  encodeAccessOrder,
  encodeAccessOrderLimits,
  encodeWrapEnds,
  GENERATE_ACCESS_ORDER,
  generationFacts,
  planTour,
  READ_END_OF_WRAP_POSITION,
  RECEIVE_ACCESS_ORDER,
  SEGMENT_TYPE,
  START,
  type UserDataSegment,
} from '../../../scsi/index.js';
import type { Drive } from '../../drive/drive.js';
import { TapePath } from '../../path/tape-path.js';
import { windingSeconds } from '../../path/winding.js';
import { invalidFieldInCdb, invalidFieldInParameterList, readList } from '../../unit/check-condition.js';
import type { Request } from '../../unit/command.js';

// What the drive knows of the way to its data: the ends of wraps, and the order in which places are reached soonest.

/** As LTFS assumes for LTO-9. */
const LIMITS = { segments: 2700, segmentLength: 52 };
/** IBM's drives have the command from LTO-7 on. */
const FIRST_WITH_WRAP_ENDS = 7;
/** Full-height drives order places from LTO-9 on. */
const FIRST_WITH_ACCESS_ORDER = 9;

export function hasWrapEnds(drive: Drive): boolean {
  return drive.identity.generation >= FIRST_WITH_WRAP_ENDS && wrapsOf(drive) !== undefined;
}

/** Only a drive whose speed is modelled knows how long a way is. */
export function hasAccessOrder({ identity, pace }: Drive): boolean {
  return identity.generation >= FIRST_WITH_ACCESS_ORDER && pace?.winding !== undefined;
}

/** READ END OF WRAP POSITION */
export function readEndOfWrap(drive: Drive, { cdb }: Request): Uint8Array {
  const { qualifier, reportAll, allocationLength } = decodeCdb(READ_END_OF_WRAP_POSITION, cdb);
  if (qualifier !== END_OF_WRAP_QUALIFIER) throw invalidFieldInCdb(2);
  // The answer for a single wrap is not modelled.
  if (!reportAll) throw invalidFieldInCdb(3);
  return encodeWrapEnds(pathOf(drive).wrapEnds()).subarray(0, allocationLength);
}

/** GENERATE RECOMMENDED ACCESS ORDER */
export function generateOrder(drive: Drive, { cdb, dataOut }: Request): undefined {
  const { process, segmentType, parameterListLength } = decodeCdb(GENERATE_ACCESS_ORDER, cdb);
  if (process !== ACCESS_ORDER_PROCESS.reorder) throw invalidFieldInCdb(2);
  if (segmentType !== SEGMENT_TYPE.plain) throw invalidFieldInCdb(3);
  drive.memory.accessOrder = undefined;
  if (parameterListLength === 0) return;
  const segments = readList(() => decodeAccessOrder(dataOut.subarray(0, parameterListLength)));
  const isHere = ({ partition, firstObject, lastObject }: UserDataSegment) =>
    drive.hasPartition(partition) && firstObject <= lastObject;
  if (segments.length > LIMITS.segments || !segments.every(isHere)) throw invalidFieldInParameterList(4);
  drive.memory.accessOrder = orderOf(drive, segments);
}

/** RECEIVE RECOMMENDED ACCESS ORDER */
export function receiveOrder(drive: Drive, { cdb }: Request): Uint8Array {
  const { limits, listOffset, segmentType, allocationLength } = decodeCdb(RECEIVE_ACCESS_ORDER, cdb);
  if (limits) return encodeAccessOrderLimits(LIMITS).subarray(0, allocationLength);
  if (segmentType !== SEGMENT_TYPE.plain) throw invalidFieldInCdb(10);
  const answer = encodeAccessOrder(drive.memory.accessOrder ?? []);
  if (listOffset > answer.length) throw invalidFieldInCdb(2);
  return answer.subarray(listOffset, listOffset + allocationLength);
}

/** Wraps of its tapes; undefined if they are not published. */
function wrapsOf({ pace, identity }: Drive): number | undefined {
  return pace?.winding?.wraps ?? generationFacts(identity.generation)?.wraps;
}

function pathOf(drive: Drive): TapePath {
  return new TapePath(drive.requirePresent(), wrapsOf(drive) ?? 1);
}

function orderOf(drive: Drive, segments: readonly UserDataSegment[]): UserDataSegment[] {
  const facts = drive.pace?.winding;
  if (facts === undefined) return [...segments];
  const path = pathOf(drive);
  const begins = segments.map(({ partition, firstObject }) => path.placeOf({ partition, object: firstObject }));
  const ends = segments.map(({ partition, lastObject }) => path.placeOf({ partition, object: lastObject + 1 }));
  const here = path.placeOf(drive.position);
  const order = planTour(segments.length, (from, to) => {
    const [start, place] = [from === START ? here : ends[from], begins[to]];
    return start && place ? windingSeconds(facts, start, place) : 0;
  });
  return order.flatMap((place) => segments[place] ?? []);
}
