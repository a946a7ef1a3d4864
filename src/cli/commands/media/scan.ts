import type { Command } from 'commander';
import { cartridgeCommand, keystoreFlags } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addScan(program: Command): void {
  keystoreFlags(cartridgeCommand(program, 'scan', 'show what is on a cartridge, file by file, whoever wrote it'))
    .option('--from <file number>', 'begin with this file')
    .option('--whole', 'read every file to its end, for its size and checksum: as long as writing it took')
    .option('--no-members', 'do not list the members of tar archives')
    .action(actionOf(async () => (await import('../../actions/media/scan.js')).scan));
}
