import type { Request } from '../unit/command.js';
import { type CommandResult, checkCondition, good } from '../unit/command-result.js';
import { commandOf, replyTo, unknownCommand } from '../unit/dispatch.js';
import { CHANGER_COMMANDS } from './commands.js';
import type { Library } from './library.js';

/** Carries out one command of the changer. */
export async function serveChanger(library: Library, request: Request): Promise<CommandResult> {
  const { sense, dataIn } = await replyTo(async () => run(library, request));
  return sense === undefined ? good(dataIn) : checkCondition(sense, dataIn);
}

function run(library: Library, request: Request) {
  const command = commandOf(CHANGER_COMMANDS, request.cdb, 'changer');
  if (!library.traits.knows(command.layout.name)) throw unknownCommand();
  if (!command.passesAttention) library.reportAttention(request.nexus);
  if (command.needsRobot) library.requireReady();
  return command.run(library, request);
}
