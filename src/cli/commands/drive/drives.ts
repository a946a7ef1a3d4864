import type { Command } from 'commander';
import { jsonCommand } from '../../input/flags.js';
import { answering } from '../../output/command-result.js';

export function addDrives(program: Command): void {
  jsonCommand(program, 'drives', 'list the tape drives of this machine, without opening any').action(
    answering(async () => (await import('../../actions/drive/drives.js')).drives),
  );
}
