import type { Command } from 'commander';
import { cartridgeCommand, collect, keystoreFlags } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addList(program: Command): void {
  const what = 'show the members of an archive on the tape: mode, owner, size, time in UTC, and name';
  keystoreFlags(cartridgeCommand(program, 'list', what))
    .argument('<file number>', 'counted from 0 at the beginning of the tape')
    .option('--only <pattern>', 'only members that match, as in .gitignore; repeatable', collect)
    .action(actionOf(async () => (await import('../../actions/media/list.js')).list));
}
