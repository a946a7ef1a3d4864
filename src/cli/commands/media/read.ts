import type { Command } from 'commander';
import { collect, driveCommand, keystoreFlags } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';
import { RECORDS_SKIPPED } from '../../run/exit-codes.js';

export function addRead(program: Command): void {
  const what =
    'read a file of the tape, to stdout, into a file, or extracted into a folder; its key is found by itself';
  keystoreFlags(driveCommand(program, 'read', what))
    .argument('<file number>', 'counted from 0 at the beginning of the tape')
    .option('-o, --output <file>', 'save it as this file, which must not exist')
    .option('-C, --extract <folder>', 'extract it, a tar archive, into this folder')
    .option('--only <pattern>', 'with -C: only members that match, as in .gitignore; may be repeated', collect)
    .option('--preserve', 'with -C: restore setuid, setgid, sticky, devices and attributes of the kernel')
    .option('--force', 'replace files that exist')
    .option(
      '--skip-bad',
      `leave out records that the drive cannot read, list them, and end with exit code ${RECORDS_SKIPPED}; not with -C`,
    )
    .option('--checksum <checksum>', 'crc32 (default), sha256, or the checksum that it must have')
    .action(actionOf(async () => (await import('../../actions/media/read.js')).read));
}
