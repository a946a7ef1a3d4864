import { setTimeout as delay } from 'node:timers/promises';
import { decodeSense, type SenseFields } from '../../scsi/index.js';
import type { Request } from './command.js';
import { type CommandResult, checkCondition, good } from './command-result.js';
import type { Fault } from './faults.js';

/** Sense key. */
const RECOVERED_ERROR = 0x1;

/** The unit that a fault strikes. */
export interface FaultSubject {
  reset(): void;
  /** Of a unit that has a medium and a buffer; nothing happens where it has none. */
  cutPower?(): Promise<void>;
  loseBuffer?(): Promise<void>;
  serve(request: Request): Promise<CommandResult>;
}

/** Carries out a command that a fault may strike: what the initiator gets to see. Rejects when a delay is aborted. */
export async function runWithFault(
  fault: Fault | undefined,
  { reset, cutPower, loseBuffer, serve }: FaultSubject,
  request: Request,
  signal?: AbortSignal,
): Promise<CommandResult & { readonly hostStatus: number }> {
  if (fault === undefined) return { ...(await serve(request)), hostStatus: 0 };
  const { outcome } = fault;
  if ('delayMs' in outcome) await delay(outcome.delayMs, undefined, { signal });
  if ('reset' in outcome) reset();
  if ('powerCut' in outcome) await cutPower?.();
  if ('deferred' in outcome) await loseBuffer?.();
  return withOutcome(isServed(fault) ? await serve(asStruck(request, fault)) : undefined, outcome);
}

/** Whether a command with a fault is nevertheless carried out. */
function isServed({ carriedOut = false, outcome }: Fault): boolean {
  return carriedOut || ['delayMs', 'reset', 'powerCut', 'flip'].some((kind) => kind in outcome);
}

/** A request as it arrives, by what a fault does to it on the way or to the medium. */
function asStruck(request: Request, { outcome }: Fault): Request {
  if (!('flip' in outcome)) return request;
  const dataOut = Uint8Array.from(request.dataOut);
  if (outcome.flip === 'wire') flipBit(dataOut);
  return { ...request, dataOut, mediumFlipped: outcome.flip === 'medium' };
}

/** In the middle of it. */
function flipBit(data: Uint8Array): void {
  const middle = data.length >> 1;
  if (data.length > 0) data[middle] = (data[middle] ?? 0) ^ 0x01;
}

function withOutcome(result: CommandResult | undefined, outcome: Fault['outcome']) {
  // In place: data in may lie where the initiator wants it.
  if (result && 'flip' in outcome && outcome.flip === 'wire') flipBit(result.dataIn);
  if ('sense' in outcome) return { ...withSense(result, outcome.sense), hostStatus: 0 };
  if ('deferred' in outcome) return { ...checkCondition({ ...outcome.deferred, deferred: true }), hostStatus: 0 };
  if ('hostStatus' in outcome) return { ...good(), hostStatus: outcome.hostStatus };
  return { ...(('good' in outcome ? undefined : result) ?? good()), hostStatus: 0 };
}

/** A recovered error accompanies the data and other indications: a filemark, a length. */
function withSense(result: CommandResult | undefined, fields: SenseFields): CommandResult {
  if (result === undefined || fields.key !== RECOVERED_ERROR) return checkCondition(fields);
  const own = decodeSense(result.sense);
  if (own === undefined) return checkCondition(fields, result.dataIn);
  const { filemark, endOfMedium, incorrectLength } = own;
  const told = {
    filemark,
    endOfMedium,
    incorrectLength,
    ...(own.information !== undefined && { information: own.information }),
  };
  return checkCondition({ ...told, ...fields }, result.dataIn);
}
