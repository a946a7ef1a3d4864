import type { Command } from 'commander';
import { driveCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addDemo(program: Command): void {
  driveCommand(
    program,
    'demo',
    'label a blank cartridge, write a folder and a large file, read everything back and compare',
  )
    .option('--size <size>', 'size of the generated file', '1GiB')
    .option(
      '--folder <folder>',
      'folder to write (default: the TypeScript compiler of a clone, or the compiled package)',
    )
    .option('--keep', 'keep the temporary folder with the virtual cartridge')
    .addHelpText('after', '\nWithout --device, a virtual LTO-8 drive in a temporary folder is used.')
    .action(actionOf(async () => (await import('../../actions/virtual/demo.js')).demo));
}
