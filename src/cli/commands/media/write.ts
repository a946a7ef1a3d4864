import type { Command } from 'commander';
import { collect, driveCommand, keystoreFlags } from '../../input/flags.js';
import { actionOf } from '../../run/action.js';

export function addWrite(program: Command): void {
  const command = driveCommand(
    program,
    'write',
    'write a file, folders (as a tar archive of <folder>/…) or stdin as one file of the tape',
  );
  archiveFlags(keystoreFlags(command))
    .argument('[source...]', 'file, folders, or - for stdin')
    .option('--append', 'behind all that is recorded (default)')
    .option('--overwrite <file number>', 'as this file of the tape: it and all behind it are lost')
    .option('--record-size <size>', 'bytes of a record, a multiple of 512 (default: 256KiB)')
    .option('--checksum <algorithm>', 'crc32 (default) or sha256')
    .option('--key <name>', 'have the drive encrypt it with this key of the keystore')
    .option('--close-unterminated', 'when the last file was cut off, end it with a filemark and append behind it')
    .action(actionOf(async () => (await import('../../actions/media/write.js')).write));
}

/** Options of a command that makes archives. */
function archiveFlags(command: Command): Command {
  return command
    .option('-C, --directory <folder>', 'name the sources from this folder, and the members as the sources are named')
    .option('--files-from <file>', 'also archive what this file names, a path on each line; - for stdin')
    .option('-0, --null', 'the paths of --files-from have a NUL behind them, as find -print0 writes them')
    .option('--exclude <pattern>', 'leave out what this pattern of a .gitignore matches; may be given again', collect)
    .option('--exclude-from <file>', 'leave out what the patterns of this .gitignore match')
    .option('--one-file-system', 'do not go into folders of other file systems')
    .option('--newer-than <time>', 'only files that changed after this time, or after ./a/file did')
    .option('--special', 'also archive FIFOs and devices')
    .option('--no-xattrs', 'without extended attributes and access control lists')
    .option('--strict', 'end at the first file that can not be read or changes, and archive nothing more');
}
