import type { Command } from 'commander';
import { driveCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addStatus(program: Command): void {
  driveCommand(program, 'status', 'show the drive, its readiness and the position of the tape').action(
    actionOf(async () => (await import('../../actions/drive/status.js')).status),
  );
}
