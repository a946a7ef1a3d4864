import type { Command } from 'commander';
import { driveCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addReport(program: Command): void {
  driveCommand(program, 'report', 'make one HTML page about a drive and the cartridge in it')
    .option('-o, --output <file>', 'file to make or to replace; without it, print to standard output')
    .option('--history <file>', 'what jobs have kept, for charts over time (default: $LTO_HISTORY)')
    .addHelpText('after', '\nThe page needs no script and no network. No tape is moved and no drive is taken.')
    .action(actionOf(async () => (await import('../../actions/monitor/report.js')).report));
}
