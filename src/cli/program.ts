import { Command } from 'commander';
import { VERSION } from '../addon/version.js';
import { addCommands } from './commands/groups.js';
import { printText } from './output/terminal.js';
import { exitCodeHelp } from './run/exit-codes.js';

/** The `lto` command with all its subcommands: for running it, and for what is made from it: help, completion, manual. */
export function createProgram(): Command {
  const program = new Command('lto')
    .description(
      "Use an LTO tape drive: identity, health, cartridge memory, encryption, and files at the drive's native speed.",
    )
    .version(VERSION)
    .exitOverride()
    .configureOutput({ outputError: (text) => printText(process.stderr, text.replace(/^error:/, 'lto:').trimEnd()) })
    .addHelpText('after', exitCodeHelp());
  addCommands(program);
  return program;
}
