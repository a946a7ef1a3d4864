import type { Command } from 'commander';
import { answering } from '../answer.js';
import { jsonCommand } from '../flags.js';

export function addDrives(program: Command): void {
  jsonCommand(program, 'drives', 'list the tape drives of this machine, without opening any').action(
    answering(async () => (await import('../actions/drives.js')).drives),
  );
}
