import { decodeSense, type SenseFields } from '../../scsi/index.js';
import type { Request } from './command.js';
import { type CommandResult, checkCondition, good } from './command-result.js';
import type { Fault } from './faults.js';

/** Sense key. */
const RECOVERED_ERROR = 0x1;

/** Whether a command that a fault strikes is carried out all the same. */
export function isCarriedOut(fault: Fault | undefined): boolean {
  if (fault === undefined || fault.carriedOut) return true;
  return ['delayMs', 'reset', 'flip'].some((kind) => kind in fault.outcome);
}

/** A request as it arrives, by what a fault does to it on the way or to the medium. */
export function asStruck(request: Request, fault: Fault | undefined): Request {
  const flip = flipOf(fault);
  if (flip === undefined) return request;
  const dataOut = Uint8Array.from(request.dataOut);
  if (flip === 'wire') flipBit(dataOut);
  return { ...request, dataOut, mediumFlipped: flip === 'medium' };
}

function flipOf(fault: Fault | undefined): 'wire' | 'medium' | undefined {
  return fault && 'flip' in fault.outcome ? fault.outcome.flip : undefined;
}

/** In the middle of it. */
function flipBit(data: Uint8Array): void {
  const middle = data.length >> 1;
  if (data.length > 0) data[middle] = (data[middle] ?? 0) ^ 0x01;
}

/** What the initiator gets to see of an answer, or in place of one. */
export function withFault(
  answer: CommandResult | undefined,
  fault: Fault | undefined,
): CommandResult & { readonly hostStatus: number } {
  const outcome = fault?.outcome;
  if (outcome && 'sense' in outcome) return { ...withSense(answer, outcome.sense), hostStatus: 0 };
  if (outcome && 'hostStatus' in outcome) return { ...good(), hostStatus: outcome.hostStatus };
  // In place: data in may lie where the initiator wants it.
  if (answer && flipOf(fault) === 'wire') flipBit(answer.dataIn);
  const { status, sense, dataIn } = (outcome && 'good' in outcome ? undefined : answer) ?? good();
  return { status, sense, dataIn, hostStatus: 0 };
}

/** A recovered error goes with the data, and with what else the unit has to tell: a filemark, a length. */
function withSense(answer: CommandResult | undefined, fields: SenseFields): CommandResult {
  if (answer === undefined || fields.key !== RECOVERED_ERROR) return checkCondition(fields);
  const own = decodeSense(answer.sense);
  if (own === undefined) return checkCondition(fields, answer.dataIn);
  const { filemark, endOfMedium, incorrectLength } = own;
  const told = {
    filemark,
    endOfMedium,
    incorrectLength,
    ...(own.information !== undefined && { information: own.information }),
  };
  return checkCondition({ ...told, ...fields }, answer.dataIn);
}
