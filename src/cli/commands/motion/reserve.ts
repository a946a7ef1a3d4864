import type { Command } from 'commander';
import { driveCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

const work = () => import('../../actions/motion/reserve.js');
const KEY = 'reservation key, up to 16 hexadecimal digits (default: one of this machine)';

export function addReserve(program: Command): void {
  const reserve = program.command('reserve').description('reserve the drive for this host, on a network of several');
  driveCommand(reserve, 'status', 'show who has reserved the drive').action(
    actionOf(async () => (await work()).status),
  );
  driveCommand(reserve, 'take', 'reserve the drive; that outlasts this command, until it is released')
    .option('--key <key>', KEY)
    .option('--kind <kind>', 'exclusive (default), or write-exclusive: others may read')
    .option('--preempt <key>', 'take the reservation away from the holder of this key')
    .action(actionOf(async () => (await work()).take));
  driveCommand(reserve, 'release', 'release the drive for others')
    .option('--key <key>', KEY)
    .action(actionOf(async () => (await work()).release));
}
