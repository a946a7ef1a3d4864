import type { Command } from 'commander';
import { driveCommand } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

const work = () => import('../../actions/drive/configuration.js');

export function addConfiguration(program: Command): void {
  driveCommand(program, 'configuration', 'show the settings of the drive, or change them until it is powered off')
    .option('--compression <state>', 'on or off')
    .option('--append-only <state>', 'on: only writing behind all data is allowed; off')
    .option('--early-warning <megabytes>', 'warn this much earlier that the tape will be full; 0 switches it off')
    .action(actionOf(async () => (await work()).configuration));
  driveCommand(program, 'compression', 'show whether the drive compresses, or switch that')
    .argument('[state]', 'on or off')
    .action(actionOf(async () => (await work()).compression));
}
