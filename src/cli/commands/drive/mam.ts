import type { Command } from 'commander';
import { driveCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addMam(program: Command): void {
  driveCommand(program, 'mam', 'show the cartridge memory, all attributes').action(
    actionOf(async () => (await import('../../actions/drive/mam.js')).mam),
  );
}
