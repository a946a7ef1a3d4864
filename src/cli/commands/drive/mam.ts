import type { Command } from 'commander';
import { driveCommand } from '../../input/flags.js';
import { answering } from '../../output/command-result.js';

export function addMam(program: Command): void {
  driveCommand(program, 'mam', 'show the cartridge memory, all attributes').action(
    answering(async () => (await import('../../actions/drive/mam.js')).mam),
  );
}
