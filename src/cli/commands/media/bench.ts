import type { Command } from 'commander';
import { driveCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addBench(program: Command): void {
  driveCommand(
    program,
    'bench',
    'measure the speed of the drive: append a file that cannot be compressed, and read it back',
  )
    .option('--size <size>', 'size of the file', '1GiB')
    .option('--record-size <size>', 'bytes of a record, a multiple of 512 (default: 256KiB)')
    .option('--runs <number>', 'how often; each run appends a file', '1')
    .addHelpText(
      'after',
      '\nThe files stay on the tape. Without a drive, a virtual one that keeps no data shows what this machine can do.',
    )
    .action(actionOf(async () => (await import('../../actions/media/bench.js')).bench));
}
