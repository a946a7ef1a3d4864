import type { Command } from 'commander';
import { driveCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addHealth(program: Command): void {
  driveCommand(
    program,
    'health',
    'show the health of drive and cartridge and what to do; exit code 12 if the verdict is bad',
  )
    .option('--history [file]', 'also judge the past, from the file that jobs keep (default: $LTO_HISTORY)')
    .action(actionOf(async () => (await import('../../actions/drive/health.js')).health));
}
