import type { Command } from 'commander';
import { driveCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addInspect(program: Command): void {
  driveCommand(program, 'inspect', 'show everything that drive and cartridge report about themselves').action(
    actionOf(async () => (await import('../../actions/drive/inspect.js')).inspect),
  );
}
