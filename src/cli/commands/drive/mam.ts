import type { Command } from 'commander';
import { driveCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addMam(program: Command): void {
  driveCommand(program, 'mam', 'show all attributes of the cartridge memory').action(
    actionOf(async () => (await import('../../actions/drive/mam.js')).mam),
  );
}
