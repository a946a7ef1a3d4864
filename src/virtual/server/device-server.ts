import { commandName } from '../../scsi/index.js';
import type { Drive } from '../drive/drive.js';
import type { Traits } from '../traits/traits.js';
import { CheckCondition, ReservationConflict } from '../unit/check-condition.js';
import type { Reply, Request } from '../unit/command.js';
import { type CommandResult, checkCondition, good, reservationConflict } from '../unit/command-result.js';
import { commandOf, replyTo, unknownCommand } from '../unit/dispatch.js';
import { COMMANDS } from './commands.js';
import { noteCondition } from './conditions.js';
import { requireNotReserved } from './reserved-access.js';

/** Carries out one command, modified by the drive's traits. */
export async function serve(drive: Drive, traits: Traits, request: Request): Promise<CommandResult> {
  try {
    const { sense: fields, dataIn } = await carryOut(drive, traits, request);
    if (fields === undefined) return good(dataIn);
    noteCondition(drive, fields, request.cdb);
    return checkCondition(fields, dataIn);
  } catch (conflict) {
    if (!(conflict instanceof ReservationConflict)) throw conflict;
    return reservationConflict();
  }
}

/** The outcome of a command, as modified by the drive's traits. */
async function carryOut(drive: Drive, traits: Traits, request: Request): Promise<Reply> {
  const name = commandName(request.cdb);
  const reply = await replyTo(async () => run(drive, traits, request));
  return name === undefined ? reply : traits.shown(drive, name, request.cdb, reply);
}

function run(drive: Drive, traits: Traits, request: Request) {
  const command = commandOf(COMMANDS, request.cdb, 'tape');
  if (command.isIn?.(drive) === false) throw unknownCommand();
  if (!command.passesAttention) drive.reportAttention(request.nexus);
  requireNotReserved(drive, command.layout.name, request);
  drive.require(command.needs);
  const refusal = traits.refusal(drive, command.layout.name);
  if (refusal !== undefined) throw new CheckCondition(refusal);
  return traits.captured?.answerTo(request.cdb) ?? command.run(drive, request);
}
