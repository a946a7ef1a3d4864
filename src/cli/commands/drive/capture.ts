import type { Command } from 'commander';
import { driveCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addCapture(program: Command): void {
  driveCommand(program, 'capture', 'keep everything that drive and cartridge report, without names and serial numbers')
    .option('-o, --output <file>', 'file to make, such as drive.json; without it, print to standard output')
    .addHelpText(
      'after',
      '\nNothing is moved, written or cleared. The file is for reports of problems, and for `createVirtualDrive`.',
    )
    .action(actionOf(async () => (await import('../../actions/drive/capture.js')).capture));
}
