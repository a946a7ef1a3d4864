import { CommanderError } from 'commander';
import { InvalidArgumentError } from '../errors/index.js';
import { errorDocument, printDocument } from './output/document.js';
import { createProgram } from './program.js';
import { FAILED, OUTPUT_CLOSED, USAGE } from './run/exit-codes.js';

/** Runs the `lto` command with the arguments of the process. */
export async function runCommand(): Promise<void> {
  // A closed stderr must not end the process.
  process.stderr.on('error', () => undefined);
  // For documents and text; a command that pipes a file to stdout reports its own failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exitCode ||= error.code === 'EPIPE' ? OUTPUT_CLOSED : FAILED;
  });
  try {
    await createProgram().parseAsync();
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
}
