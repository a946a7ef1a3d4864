import { cdbLength, commandName, encodeSense, type SenseFields } from '../../scsi/index.js';
import type { Drive } from '../drive/drive.js';
import type { Reply } from '../traits/trait.js';
import { CheckCondition, invalidFieldInCdb, ReservationConflict, sense } from './check-condition.js';
import type { Request } from './command.js';
import { COMMANDS } from './commands.js';
import { noteCondition } from './conditions.js';
import { requireNotReserved } from './reserved-access.js';

/** SCSI status bytes that the drive gives. */
export const STATUS = { good: 0x00, checkCondition: 0x02, reservationConflict: 0x18 } as const;

/** The drive's answer to one command. */
export interface Answer {
  readonly status: number;
  /** Fixed format; empty with GOOD. */
  readonly sense: Uint8Array;
  readonly dataIn: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** Carries out one command. */
export async function serve(drive: Drive, request: Request): Promise<Answer> {
  try {
    const { sense: fields, dataIn = NOTHING } = await carryOut(drive, request);
    if (fields === undefined) return { status: STATUS.good, sense: NOTHING, dataIn };
    noteCondition(drive, fields, request.cdb);
    return checkCondition(fields, dataIn);
  } catch (conflict) {
    if (!(conflict instanceof ReservationConflict)) throw conflict;
    return { status: STATUS.reservationConflict, sense: NOTHING, dataIn: NOTHING };
  }
}

export function checkCondition(fields: SenseFields, dataIn: Uint8Array = NOTHING): Answer {
  return { status: STATUS.checkCondition, sense: encodeSense(fields), dataIn };
}

/** What a command comes to, as the drive's traits let the initiator see it. */
async function carryOut(drive: Drive, request: Request): Promise<Reply> {
  const name = commandName(request.cdb);
  const reply = await replyTo(drive, request);
  return name === undefined ? reply : drive.traits.shown(drive, name, request.cdb, reply);
}

async function replyTo(drive: Drive, request: Request): Promise<Reply> {
  try {
    return { dataIn: await run(drive, request) };
  } catch (condition) {
    if (condition instanceof CheckCondition) return condition;
    throw condition;
  }
}

async function run(drive: Drive, request: Request): Promise<Uint8Array | undefined> {
  const { cdb } = request;
  const name = commandName(cdb);
  const command = name && COMMANDS[name];
  if (command === undefined) throw new CheckCondition(sense('5/20/00', { field: { inCdb: true, byte: 0 } }));
  if (cdb.length < (cdbLength(cdb[0] ?? 0) ?? 0)) throw invalidFieldInCdb(cdb.length);
  if (!command.passesAttention) drive.reportAttention(request.nexus);
  requireNotReserved(drive, command.layout.name, request);
  drive.require(command.needs);
  const refusal = drive.traits.refusal(drive, command.layout.name);
  if (refusal !== undefined) throw new CheckCondition(refusal);
  return command.run(drive, request);
}
