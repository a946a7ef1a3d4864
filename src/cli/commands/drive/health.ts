import type { Command } from 'commander';
import { driveCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addHealth(program: Command): void {
  driveCommand(
    program,
    'health',
    'tell how drive and cartridge are, and what to do; ends with 12 when the verdict is bad',
  ).action(actionOf(async () => (await import('../../actions/drive/health.js')).health));
}
