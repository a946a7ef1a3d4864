import type { Command } from 'commander';
import { driveCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

const work = () => import('../../actions/drive/mam.js');
const PARTITION = 'of this partition, where each has its own (default: 0)';

/** Without a subcommand, `get`. */
export function addMam(program: Command): void {
  const mam = program.command('mam').description('show and change the attributes of the cartridge memory');
  partitionFlag(driveCommand(mam, 'get', 'show all attributes, or one', { isDefault: true }))
    .argument('[attribute]', 'its name, such as barcode, or its identifier, such as 0806')
    .action(actionOf(async () => (await work()).get));
  partitionFlag(driveCommand(mam, 'set', 'write an attribute of the host, and read it back'))
    .argument('<attribute>', 'its name, such as userMediumLabel, or its identifier, such as 0803')
    .argument('<value>', 'text, a number, a time as 2026-01-31T12:00, or bytes in hex, as the attribute has it')
    .action(actionOf(async () => (await work()).set));
  partitionFlag(driveCommand(mam, 'delete', 'delete an attribute of the host'))
    .argument('<attribute>', 'its name or identifier')
    .action(actionOf(async () => (await work()).remove));
}

function partitionFlag(command: Command): Command {
  return command.option('--partition <number>', PARTITION);
}
