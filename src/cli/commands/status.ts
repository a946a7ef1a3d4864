import type { Command } from 'commander';
import { answering } from '../answer.js';
import { driveCommand } from '../flags.js';

export function addStatus(program: Command): void {
  driveCommand(program, 'status', 'tell which drive this is, whether it is ready, and where the tape stands').action(
    answering(async () => (await import('../actions/status.js')).status),
  );
}
