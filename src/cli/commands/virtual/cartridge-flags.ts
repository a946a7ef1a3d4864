import type { Command } from 'commander';
import { LTO_FORMATS } from '../../../scsi/generations/formats.js';

const FORMATS = LTO_FORMATS.map(({ format }) => format).join(', ');

export function cartridgeFlags(command: Command): Command {
  return command
    .option('--barcode <barcode>', 'letters and digits; also the name of the cartridge')
    .option('--format <format>', `how the cartridge is recorded (default: as the generation is named): ${FORMATS}`)
    .option('--capacity <size>', "native capacity of the cartridge (default: the format's)")
    .option('--worm', 'a write-once cartridge')
    .option('--write-protected', 'with the write-protect switch set')
    .option('--discard', 'keep lengths and positions but no data: everything reads as zeros');
}
