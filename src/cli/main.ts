#!/usr/bin/env node
import './no-debugger.js';
import { Command, CommanderError } from 'commander';
import { VERSION } from '../addon/version.js';
import { InvalidArgumentError } from '../errors/index.js';
import { addCommands } from './commands/groups.js';
import { errorDocument, printDocument } from './output/document.js';
import { printText } from './output/terminal.js';
import { exitCodeHelp, FAILED, OUTPUT_CLOSED, USAGE } from './run/exit-codes.js';

const program = new Command('lto')
  .description(
    "Use an LTO tape drive: identity, health, cartridge memory, encryption, and files at the drive's native speed.",
  )
  .version(VERSION)
  .exitOverride()
  .configureOutput({ outputError: (text) => printText(process.stderr, text.replace(/^error:/, 'lto:').trimEnd()) })
  .addHelpText('after', exitCodeHelp());
addCommands(program);

// A closed stderr must not end the process.
process.stderr.on('error', () => undefined);
// For documents and text; a command that pipes a file to stdout reports its own failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exitCode ||= error.code === 'EPIPE' ? OUTPUT_CLOSED : FAILED;
});

try {
  await program.parseAsync();
} catch (error) {
  // Commander has already printed the error or the requested help.
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : USAGE;
  const wrong = error.exitCode !== 0 && process.argv.includes('--json');
  if (wrong)
    await printDocument({
      error: errorDocument(new InvalidArgumentError(error.message.replace(/^error: /, ''))),
    }).catch(() => undefined);
}
