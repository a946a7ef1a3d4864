import type { Command } from 'commander';
import { answering } from '../answer.js';
import { driveCommand } from '../flags.js';

export function addInspect(program: Command): void {
  driveCommand(program, 'inspect', 'tell all that drive and cartridge tell about themselves').action(
    answering(async () => (await import('../actions/inspect.js')).inspect),
  );
}
