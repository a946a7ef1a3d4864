import type { Command } from 'commander';
import { answering } from '../answer.js';
import { driveCommand } from '../flags.js';

export function addMam(program: Command): void {
  driveCommand(program, 'mam', 'show the cartridge memory, all attributes').action(
    answering(async () => (await import('../actions/mam.js')).mam),
  );
}
