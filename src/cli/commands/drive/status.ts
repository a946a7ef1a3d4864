import type { Command } from 'commander';
import { driveCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addStatus(program: Command): void {
  driveCommand(program, 'status', 'show the drive, its readiness and the position of the tape')
    .option('-l, --library <device>', 'show the drives of this library, their nodes and what is in them')
    .action(actionOf(async () => (await import('../../actions/drive/status.js')).status));
}
