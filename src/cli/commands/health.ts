import type { Command } from 'commander';
import { answering } from '../answer.js';
import { driveCommand } from '../flags.js';

export function addHealth(program: Command): void {
  driveCommand(
    program,
    'health',
    'tell how drive and cartridge are, and what to do; ends with 12 when the verdict is bad',
  ).action(answering(async () => (await import('../actions/health.js')).health));
}
