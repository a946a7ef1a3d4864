import type { Command } from 'commander';
import { cartridgeCommand, collect, keystoreFlags, protectionFlag, RECEIPT } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';
import { RECORDS_SKIPPED } from '../../run/exit-codes.js';

export function addRead(program: Command): void {
  const what =
    'read a file of the tape, to stdout, into a file, or extracted into a folder; the key is found automatically';
  protectionFlag(keystoreFlags(cartridgeCommand(program, 'read', what)))
    .argument('[file number]', 'counted from 0 at the beginning of the tape')
    .option('--receipt <file>', RECEIPT)
    .option('-o, --output <file>', 'save it as this new file')
    .option('-C, --extract <folder>', 'extract the tar archive into this folder')
    .option('--only <pattern>', 'with -C: only members that match, as in .gitignore; repeatable', collect)
    .option(
      '--preserve',
      'with -C: also restore setuid, setgid, sticky bits, devices, and security and trusted attributes',
    )
    .option('--force', 'replace files that exist')
    .option(
      '--skip-bad',
      `leave out records that the drive cannot read, list them, and end with exit code ${RECORDS_SKIPPED}; not with -C`,
    )
    .option('--start <byte>', 'begin with this byte, counted from 0; sizes such as 10GiB too')
    .option('--end <byte>', 'end with this byte')
    .option('--record-size <size>', "size of the file's records, to go straight to --start; records are checked")
    .option('--resume', 'with -o: continue a file that was cut off, at its end; keep what was read when interrupted')
    .option('--checksum <checksum>', 'crc32 (default), crc32c, sha256, or the expected checksum')
    .action(actionOf(async () => (await import('../../actions/media/read.js')).read));
}
