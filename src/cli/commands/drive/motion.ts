import type { Command } from 'commander';
import { driveCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

const MOTIONS = {
  rewind: 'go to the beginning of the tape',
  load: 'load the cartridge in the mouth of the drive',
  eject: 'rewind, unload and eject the cartridge',
} as const;

export function addMotions(program: Command): void {
  for (const [name, description] of Object.entries(MOTIONS) as [keyof typeof MOTIONS, string][]) {
    driveCommand(program, name, description).action(
      actionOf(async () => (await import('../../actions/drive/motion.js'))[name]),
    );
  }
  driveCommand(program, 'unprotect', 'switch off block protection that another program has left on').action(
    actionOf(async () => (await import('../../actions/drive/motion.js')).unprotect),
  );
}
