import type { Command } from 'commander';
import { driveCommand, libraryFlag } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addWait(program: Command): void {
  driveCommand(program, 'wait', 'wait until the drive is ready, and show how far it is with loading or calibrating')
    .option(
      '--timeout <seconds>',
      'give up after this time (default: 7200, the longest calibration of an LTO-9 cartridge)',
    )
    .action(actionOf(async () => (await import('../../actions/motion/wait.js')).wait));
}

export function addClean(program: Command): void {
  const what = 'clean the drive with a cleaning cartridge, which is asked for, or is brought by the library of -l';
  libraryFlag(driveCommand(program, 'clean', what))
    .option('--cleaning-log <file>', 'with -l: count uses in this file where the cartridge memory does not tell')
    .option('--eject-after <seconds>', 'eject the cartridge if the drive has not by then (default: 300)')
    .action(actionOf(async () => (await import('../../actions/library/clean.js')).clean));
}
