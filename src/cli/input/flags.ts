import type { Command, CommandOptions } from 'commander';

// Flags shared by several commands. What only a command's work needs is not loaded here.

/** A command that needs a drive. */
export function driveCommand(program: Command, usage: string, description: string, options?: CommandOptions): Command {
  return jsonCommand(program, usage, description, options).option(
    '-d, --device <device>',
    'non-rewinding node of the drive, or virtual:<folder> (default: $LTO_DEVICE)',
  );
}

/** A command that needs a drive, or a cartridge that a library mounts in one. */
export function cartridgeCommand(program: Command, usage: string, description: string): Command {
  return libraryFlag(driveCommand(program, usage, description))
    .option('--history <file>', 'keep loads, archives and alerts in this file (default: $LTO_HISTORY)')
    .option('-b, --barcode <barcode>', 'a cartridge of the library in place of a drive: it is brought and put back')
    .option('--keep', 'leave that cartridge in its drive');
}

export function libraryFlag(command: Command): Command {
  return command.option('-l, --library <device>', 'node of the library, or virtual:<folder> (default: $LTO_LIBRARY)');
}

export function jsonCommand(program: Command, usage: string, description: string, options?: CommandOptions): Command {
  return program
    .command(usage, options)
    .description(description)
    .option('--json', 'print one JSON document; progress and notes are one for each line of stderr')
    .option(
      '-q, --quiet',
      'print errors and warnings only: neither progress nor notes nor the result, except with --json',
    );
}

/** Options of a command that uses the keystore. */
export function keystoreFlags(command: Command): Command {
  return command
    .option(
      '--keystore <file>',
      'keystore file (default: $LTO_KEYSTORE, or lto/keystore.json in $XDG_DATA_HOME or ~/.local/share)',
    )
    .option(
      '--passphrase-file <file>',
      'file with its passphrase, - for stdin (default: $LTO_KEYSTORE_PASSPHRASE_FILE, or asked)',
    );
}

export function catalogueFlag(command: Command): Command {
  return command.option(
    '--catalogue <location>',
    'file of the catalogue, or postgresql://user@host/database (default: $LTO_CATALOGUE)',
  );
}

/** Logical block protection, for commands that move data. */
export function protectionFlag(command: Command): Command {
  return command.option(
    '--protection <method>',
    'host and drive check each record on its way: auto, crc32c, reed-solomon or off (default: off)',
  );
}

/** For commands that destroy what is on the cartridge. */
export function lossFlag(command: Command): Command {
  return command.option(
    '--yes-overwrite <id>',
    'confirms the loss, in place of typing it at the terminal: barcode, label or serial number of the cartridge',
  );
}

/** Collects the values of an option that may be repeated. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** For commands that read archives that span several cartridges. */
export const RECEIPT =
  'in place of a number: the archive of this receipt, which `lto write --span --json` printed, over all its cartridges';
