import type { Command } from 'commander';
import { catalogueFlag, driveCommand, lossFlag } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addErase(program: Command): void {
  lossFlag(catalogueFlag(driveCommand(program, 'erase', 'erase the cartridge: everything on it is lost')))
    .option(
      '--long',
      'overwrite the whole tape, which takes hours; without it only the end of data is moved to the front',
    )
    .action(actionOf(async () => (await import('../../actions/media/erase.js')).erase));
}
