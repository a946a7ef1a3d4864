import type { Command } from 'commander';
import { catalogueFlag, driveCommand, lossFlag } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addFormat(program: Command): void {
  lossFlag(catalogueFlag(driveCommand(program, 'format', 'format the cartridge: everything on it is lost')))
    .option('--single-partition', 'one partition of the whole tape, for example of a cartridge partitioned by LTFS')
    .option('--partitions <sizes>', 'partitions from 0 on, one of them "rest": 38GB,rest')
    .action(actionOf(async () => (await import('../../actions/media/format.js')).format));
}
