import type { Command } from 'commander';
import { actionOf } from '../../run/action.js';
import { monitoringCommand } from './monitored.js';

export function addWatch(program: Command): void {
  monitoringCommand(program, 'watch', 'show all drives until Ctrl-C: a live view on a terminal, otherwise lines')
    .option('--interval <seconds>', 'time between two looks (default: 2)')
    .addHelpText(
      'after',
      '\nNo tape is moved and no drive is taken: jobs of other programs go on. With --json each line is a document.',
    )
    .action(actionOf(async () => (await import('../../actions/monitor/watch.js')).watch));
}
