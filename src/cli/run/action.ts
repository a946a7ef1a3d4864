import type { Writable } from 'node:stream';
import type { Command } from 'commander';
import { LtoError } from '../../errors/index.js';
import { codeOf, errorDocument, printDocument } from '../output/document.js';
import { asFileError } from '../output/file-error.js';
import { setManner } from '../output/notes.js';
import { OutputError, print } from '../output/standard-output.js';
import { printText, textLines, visible } from '../output/terminal.js';
import { commandPath } from './command-path.js';
import { exitCodeFor, OUTPUT_CLOSED } from './exit-codes.js';
import { InterruptedError } from './interrupt.js';
import { QUERIES } from './queries.js';

/** The result of a command. */
export interface CommandResult {
  /** The document that `--json` prints. */
  readonly document: unknown;
  /** The same for people; if empty, nothing is printed. */
  readonly text: string;
  /** Where `text` goes: a command that writes the file to stdout prints this to stderr. Default: stdout. */
  readonly textTo?: Writable | undefined;
  /** Default 0. */
  readonly exitCode?: number | undefined;
}

/** The options that every command has. */
export interface CommonOptions {
  readonly json?: boolean | undefined;
  /** Neither progress nor notes nor the result as text. */
  readonly quiet?: boolean | undefined;
}

/** The work of a command; undefined when it has already printed everything. */
export type Work<O extends CommonOptions, A extends readonly unknown[]> = (
  options: O,
  ...args: A
) => Promise<CommandResult | undefined>;

/**
 * An action for commander. It loads only this command's work, runs it and prints its result. Commander passes the
 * arguments (a list for one that ends with `...`), the options and the command.
 */
export function actionOf<O extends CommonOptions, A extends readonly unknown[] = string[]>(
  load: () => Promise<Work<O, A>>,
): (...actual: unknown[]) => Promise<void> {
  return async (...actual) => {
    const options = actual.at(-2) as O;
    const args = actual.slice(0, -2) as unknown as A;
    setManner({ quiet: options.quiet ?? false, json: options.json ?? false });
    try {
      const work = await load();
      const result = await work(options, ...args);
      // What could not be closed has left an exit code.
      process.exitCode = result?.exitCode || process.exitCode || 0;
      if (result === undefined) return;
      const { document, text, textTo } = result;
      if (options.json) await printDocument(document);
      else if (text !== '' && !options.quiet) await print(textLines(text), textTo);
    } catch (error) {
      await fail(asFileError(error), options.json ?? false, actual.at(-1) as Command);
    }
  };
}

/** Prints the error on one line and sets its exit code. */
async function fail(error: unknown, json: boolean, command: Command): Promise<void> {
  if (isReaderGone(error, command)) {
    process.exitCode = OUTPUT_CLOSED;
    return;
  }
  process.exitCode = error instanceof InterruptedError ? error.exitCode : exitCodeFor(error);
  // When stdout fails, the error goes only to stderr.
  if (json && !(error instanceof OutputError))
    await printDocument({ error: errorDocument(error) }).catch(() => undefined);
  const message = error instanceof Error ? error.message : String(error);
  // docs/guide/troubleshooting.md is sorted by this code.
  printText(process.stderr, `lto: ${visible(message)}${error instanceof LtoError ? ` [${error.code}]` : ''}`);
}

/** Whether nothing went wrong but that nobody reads on. */
function isReaderGone(error: unknown, command: Command): boolean {
  if (error instanceof OutputError) return codeOf(error.cause) === 'EPIPE' && QUERIES.has(commandPath(command));
  return codeOf(error) === 'EPIPE';
}
