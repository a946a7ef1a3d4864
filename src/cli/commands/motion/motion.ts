import type { Command } from 'commander';
import { driveCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

const work = () => import('../../actions/motion/motion.js');

const MOTIONS = {
  rewind: 'go to the beginning of the tape',
  load: 'load the cartridge in the mouth of the drive',
  unload: 'rewind and unload the cartridge, which stays in the mouth of the drive where it can',
  eject: 'rewind, unload and eject the cartridge',
} as const;

const PARTITION = 'partition of the tape (default: 0)';

export function addMotions(program: Command): void {
  for (const [name, description] of Object.entries(MOTIONS) as [keyof typeof MOTIONS, string][]) {
    driveCommand(program, name, description).action(actionOf(async () => (await work())[name]));
  }
  driveCommand(program, 'locate', 'go to a place of the tape, and say where it stands')
    .argument('[logical object]', 'blocks and filemarks before it, counted from 0')
    .option('--file <file number>', 'the beginning of this file, counted from 0')
    .option('--end', 'the end of the recorded data')
    .option('--partition <number>', PARTITION)
    .action(actionOf(async () => (await work()).locate));
  driveCommand(program, 'space', 'go over files or records, and say where the tape then stands')
    .argument('<unit>', 'files or records')
    .argument('[count]', 'how many (default: 1); below 0 goes back')
    .action(actionOf(async () => (await work()).space));
  driveCommand(program, 'unprotect', 'switch off block protection that another program has left on').action(
    actionOf(async () => (await work()).unprotect),
  );
}
