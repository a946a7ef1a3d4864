import type { Command } from 'commander';
import { cartridgeCommand, catalogueFlag, keystoreFlags, protectionFlag, RECEIPT } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';
import { RECORDS_SKIPPED } from '../../run/exit-codes.js';

export function addVerify(program: Command): void {
  const what = 'read a file of the tape to its filemark and compare its checksum, or check the whole cartridge';
  protectionFlag(catalogueFlag(keystoreFlags(cartridgeCommand(program, 'verify', what))))
    .argument('[file number]', 'counted from 0 at the beginning of the tape')
    .option('--receipt <file>', RECEIPT)
    .option(
      '--all',
      `every file, past records that cannot be read, with a report; exit code ${RECORDS_SKIPPED} for those`,
    )
    .option('--in-drive', 'the drive reads and checks by itself (VERIFY): nothing is transferred, and no checksum made')
    .option('--checksum <checksum>', 'the checksum of its receipt; crc32, crc32c or sha256 only computes it')
    .action(actionOf(async () => (await import('../../actions/media/verify.js')).verify));
}
