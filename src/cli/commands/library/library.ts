import type { Command } from 'commander';
import { jsonCommand, libraryFlag } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

const load = () => import('../../actions/library/library.js');

/** A command that needs a library. */
function libraryCommand(library: Command, usage: string, description: string): Command {
  return libraryFlag(jsonCommand(library, usage, description));
}

/** `lto library`: names cartridges by barcode or slot number, drives by number, node or serial number. */
export function addLibrary(program: Command): void {
  const library = program.command('library').description('tape libraries: robot, slots, mail slots and drives');
  jsonCommand(library, 'list', 'list the libraries of this machine, without opening any').action(
    actionOf(async () => (await load()).list),
  );
  libraryCommand(library, 'status', 'show what is where, and which node is which drive').action(
    actionOf(async () => (await load()).status),
  );
  libraryCommand(library, 'audit', 'have the robot look at all elements anew').action(
    actionOf(async () => (await load()).audit),
  );
  libraryCommand(
    library,
    'load <cartridge> <drive>',
    'bring a cartridge to a drive, and wait until it is ready',
  ).action(actionOf(async () => (await load()).load));
  libraryCommand(library, 'unload <drive>', 'have the drive unload its cartridge, and take that to its slot')
    .option('--to <slot>', 'number of another slot')
    .action(actionOf(async () => (await load()).unload));
  libraryCommand(library, 'transfer <from> <to>', 'move a cartridge to another slot').action(
    actionOf(async () => (await load()).transfer),
  );
  libraryCommand(library, 'exchange <from> <to>', 'move a cartridge to where another is, which takes its place').action(
    actionOf(async () => (await load()).exchange),
  );
  libraryCommand(library, 'import', 'move what is in the mail slots to empty slots')
    .option('--wait', 'wait until an operator has put something in')
    .action(actionOf(async () => (await load()).importAll));
  libraryCommand(library, 'export <cartridge>', 'move a cartridge to a mail slot')
    .option('--wait', 'wait until an operator has taken it out')
    .action(actionOf(async () => (await load()).exportOne));
  libraryCommand(library, 'lock', 'lock mail slots and magazines')
    .option('--off', 'unlock them')
    .action(actionOf(async () => (await load()).lock));
  libraryCommand(library, 'clean <drive>', 'clean a drive with a cleaning cartridge of the library')
    .option('--cleaning-log <file>', 'count uses of cleaning cartridges here, by barcode; made when it is missing')
    .action(actionOf(async () => (await load()).clean));
  libraryCommand(library, 'watch', 'print a line for each event, until Ctrl-C; with --json each is a document')
    .option('--interval <seconds>', 'time between two looks (default: 5)')
    .action(actionOf(async () => (await import('../../actions/library/watch.js')).watch));
}
