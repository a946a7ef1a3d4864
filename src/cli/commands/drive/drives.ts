import type { Command } from 'commander';
import { jsonCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addDrives(program: Command): void {
  jsonCommand(program, 'drives', 'list the tape drives of this machine, without opening any').action(
    actionOf(async () => (await import('../../actions/drive/drives.js')).drives),
  );
}
