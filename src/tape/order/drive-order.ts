import {
  COMMAND_SUPPORT,
  type CommandName,
  decodeAccessOrder,
  decodeAccessOrderLimits,
  decodeCommandSupport,
  decodeWrapEnds,
  generateAccessOrder,
  operationCode,
  readEndOfWrapPosition,
  receiveAccessOrder,
  receiveAccessOrderLimits,
  reportSupportedCommand,
  type WrapEnd,
} from '../../scsi/index.js';
import type { DrivePort } from '../port/drive-port.js';
import type { ObjectRange } from './locations.js';

const SUPPORTED: readonly number[] = [COMMAND_SUPPORT.standard, COMMAND_SUPPORT.vendorSpecific];
/** Hex digits of a segment's name. */
const NAME_DIGITS = 20;
const HEXADECIMAL = 16;

/**
 * Whether the drive reports the command as supported. It is never tried without that: a half-height LTO-9 drive has
 * answered the command for the access order with a dump of its memory.
 */
async function reportsSupport(port: DrivePort, name: CommandName): Promise<boolean> {
  const { code, serviceAction } = operationCode(name);
  const told = await port.told(reportSupportedCommand(code, serviceAction, false), decodeCommandSupport);
  return told !== undefined && SUPPORTED.includes(told.support);
}

/** Ends of the wraps with data; undefined if the drive does not report them. */
export async function readWrapEnds(port: DrivePort): Promise<WrapEnd[] | undefined> {
  if (!(await reportsSupport(port, 'READ END OF WRAP POSITION'))) return undefined;
  return port.told(readEndOfWrapPosition(), decodeWrapEnds);
}

/**
 * The order that the drive recommends; undefined if it has none, takes fewer places at a time, or answers with something
 * else than these places.
 */
export async function driveOrder(port: DrivePort, ranges: readonly ObjectRange[]): Promise<number[] | undefined> {
  if (!(await reportsSupport(port, 'GENERATE RECOMMENDED ACCESS ORDER'))) return undefined;
  const limits = await port.told(receiveAccessOrderLimits(), decodeAccessOrderLimits);
  if (limits === undefined || ranges.length > limits.segments) return undefined;
  const segments = ranges.map(({ partition, first, last }, at) => {
    const name = at.toString(HEXADECIMAL).padStart(NAME_DIGITS, '0');
    return { name, partition, firstObject: first, lastObject: last };
  });
  if ((await port.queryIfSupported(generateAccessOrder(segments))) === undefined) return undefined;
  const recommended = await port.told(receiveAccessOrder(segments.length), decodeAccessOrder);
  const indices = new Map(segments.map(({ name }, at) => [name, at]));
  const order = recommended?.map(({ name }) => indices.get(name) ?? -1);
  const isWhole = order?.length === ranges.length && new Set(order).size === ranges.length && !order.includes(-1);
  return isWhole ? order : undefined;
}
