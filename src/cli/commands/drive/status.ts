import type { Command } from 'commander';
import { driveCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addStatus(program: Command): void {
  driveCommand(program, 'status', 'tell which drive this is, whether it is ready, and where the tape stands').action(
    actionOf(async () => (await import('../../actions/drive/status.js')).status),
  );
}
