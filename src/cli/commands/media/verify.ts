import type { Command } from 'commander';
import { driveCommand, keystoreFlags } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addVerify(program: Command): void {
  keystoreFlags(driveCommand(program, 'verify', 'read a file of the tape to its filemark and compare its checksum'))
    .argument('<file number>', 'counted from 0 at the beginning of the tape')
    .option('--checksum <checksum>', 'the checksum of its receipt; crc32 or sha256 only computes it')
    .action(actionOf(async () => (await import('../../actions/media/verify.js')).verify));
}
