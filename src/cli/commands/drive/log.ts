import type { Command } from 'commander';
import { driveCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addLog(program: Command): void {
  driveCommand(program, 'log', 'show a log page of the drive; without a page, list the pages that it has')
    .argument('[page]', 'page in hex, with a subpage after a slash: 17, 0x17, 3e/01')
    .addHelpText(
      'after',
      '\nReading page 2e clears its TapeAlert flags in the drive; `lto health` reports them without clearing them.',
    )
    .action(actionOf(async () => (await import('../../actions/drive/log.js')).log));
}
