import type { Command } from 'commander';
import { ERASE_CONFIRMATION } from '../../../tape/motion/erase-confirmation.js';
import { driveCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addFormat(program: Command): void {
  driveCommand(program, 'format', 'make the cartridge anew: everything on it is lost')
    .option('--single-partition', 'one partition with all of the tape, as of a cartridge that LTFS had partitioned')
    .option('--confirm <words>', `"${ERASE_CONFIRMATION}", in place of typing it at the terminal`)
    .action(actionOf(async () => (await import('../../actions/media/format.js')).format));
}
