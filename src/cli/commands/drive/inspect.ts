import type { Command } from 'commander';
import { driveCommand } from '../../input/flags.js';
import { answering } from '../../output/command-result.js';

export function addInspect(program: Command): void {
  driveCommand(program, 'inspect', 'tell all that drive and cartridge tell about themselves').action(
    answering(async () => (await import('../../actions/drive/inspect.js')).inspect),
  );
}
