import type { Command } from 'commander';
import {
  cartridgeCommand,
  catalogueFlag,
  collect,
  keystoreFlags,
  lossFlag,
  protectionFlag,
} from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

const WHAT = 'a file, folders (as a tar archive of <folder>/…) or stdin as one file of the tape';

export function addWrite(program: Command): void {
  lossFlag(writeCommand(program, 'write', `write ${WHAT}`))
    .option('--append', 'append after everything on the tape (default)')
    .option('--overwrite <file number>', 'write as this file of the tape: it and everything after it are lost');
}

/** `lto write` without anything that destroys. */
export function addAppend(program: Command): void {
  writeCommand(program, 'append', `append ${WHAT}, after everything on it`);
}

function writeCommand(program: Command, name: string, description: string): Command {
  const command = cartridgeCommand(program, name, description);
  return archiveFlags(catalogueFlag(protectionFlag(keystoreFlags(command))))
    .argument('[source...]', 'file, folders, or - for stdin')
    .option('--record-size <size>', 'bytes of a record, a multiple of 512 (default: 256KiB)')
    .option('--checksum <algorithm>', 'crc32 (default), crc32c or sha256')
    .option('--key <name>', 'the drive encrypts it with this key of the keystore')
    .option(
      '--index',
      'follow it by an index archive: what is on the cartridge, and how to read it without this program',
    )
    .option('--span', 'go on to further cartridges, which are asked for on the terminal, or taken from --pool')
    .option('--pool <barcode>', 'with --span, -l and -b: a further cartridge of the library; repeatable', collect)
    .option('--close-unterminated', 'if the last file was cut off, end it with a filemark and append after it')
    .action(actionOf(async () => (await import('../../actions/media/write.js')).write));
}

/** Options of a command that packs archives. */
function archiveFlags(command: Command): Command {
  return command
    .option('-C, --directory <folder>', 'sources are relative to this folder, and members are named as the sources are')
    .option('--files-from <file>', 'also archive the paths in this file, one per line; - for stdin')
    .option('-0, --null', 'paths of --files-from end with NUL, as find -print0 writes them')
    .option('--exclude <pattern>', 'leave out what this .gitignore pattern matches; repeatable', collect)
    .option('--exclude-from <file>', 'leave out what the patterns of this .gitignore file match')
    .option('--one-file-system', 'do not enter other file systems')
    .option('--newer-than <time>', 'only files changed after this time, or after the change of ./a/file')
    .option('--special', 'also archive FIFOs and devices')
    .option('--no-xattrs', 'without extended attributes and access control lists')
    .option('--strict', 'stop at the first file that cannot be read or that changes');
}
