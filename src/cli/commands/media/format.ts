import type { Command } from 'commander';
import { ERASE_CONFIRMATION } from '../../../tape/motion/erase-confirmation.js';
import { driveCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addFormat(program: Command): void {
  driveCommand(program, 'format', 'format the cartridge: everything on it is lost')
    .option('--single-partition', 'one partition of the whole tape, for example of a cartridge partitioned by LTFS')
    .option('--confirm <words>', `"${ERASE_CONFIRMATION}" instead of typing it at the terminal`)
    .action(actionOf(async () => (await import('../../actions/media/format.js')).format));
}
