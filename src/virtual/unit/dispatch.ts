import { type CommandName, type CommandSet, cdbLength, commandName } from '../../scsi/index.js';
import { CheckCondition, invalidFieldInCdb, sense } from './check-condition.js';
import type { Command, Reply } from './command.js';

type Table<C> = Readonly<Partial<Record<CommandName, C>>>;

/** The command of a CDB. Throws CheckCondition if it is not in the table, or truncated. */
export function commandOf<C extends Command<never>>(table: Table<C>, cdb: Uint8Array, set: CommandSet): C {
  const name = commandName(cdb, set);
  const command = name && table[name];
  if (command === undefined) throw unknownCommand();
  if (cdb.length < (cdbLength(cdb[0] ?? 0) ?? 0)) throw invalidFieldInCdb(cdb.length);
  return command;
}

/** INVALID COMMAND OPERATION CODE. */
export function unknownCommand(): CheckCondition {
  return new CheckCondition(sense('5/20/00', { field: { inCdb: true, byte: 0 } }));
}

/** The outcome of a command, carried out or refused with CHECK CONDITION. */
export async function replyTo(run: () => ReturnType<Command<never>['run']>): Promise<Reply> {
  try {
    return { dataIn: await run() };
  } catch (condition) {
    if (condition instanceof CheckCondition) return condition;
    throw condition;
  }
}
