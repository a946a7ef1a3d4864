import type { Writable } from 'node:stream';
import { exitCodeOf, OUTPUT_CLOSED } from '../run/exit-codes.js';
import { InterruptedError } from '../run/interrupt.js';
import { codeOf, errorDocument, printDocument } from './document.js';
import { OutputError, print } from './standard-output.js';
import { printText, textLines, visible } from './terminal.js';

/** What a command has to say. */
export interface CommandResult {
  /** The one document of `--json`. */
  readonly document: unknown;
  /** The same for people; nothing is printed when it is empty. */
  readonly text: string;
  /** Where `text` goes: a command whose output is the file itself talks on stderr. Default: stdout. */
  readonly textTo?: Writable | undefined;
  /** Default 0. */
  readonly exitCode?: number | undefined;
}

/** The options that every command has. */
export interface CommonOptions {
  readonly json?: boolean | undefined;
}

/** The work of a command; undefined when it has said itself all there is to say. */
export type Work<O extends CommonOptions, A extends readonly unknown[]> = (
  options: O,
  ...args: A
) => Promise<CommandResult | undefined>;

/**
 * An action for commander, which calls with the arguments (a list for one that ends with `...`), the options and the
 * command: loads the work of the command, which no other command needs, and prints what it answers.
 */
export function answering<O extends CommonOptions, A extends readonly unknown[] = string[]>(
  load: () => Promise<Work<O, A>>,
): (...actual: unknown[]) => Promise<void> {
  return async (...actual) => {
    const options = actual.at(-2) as O;
    const args = actual.slice(0, -2) as unknown as A;
    try {
      const work = await load();
      const answer = await work(options, ...args);
      process.exitCode = answer?.exitCode ?? 0;
      if (answer === undefined) return;
      const { document, text, textTo } = answer;
      if (options.json) await printDocument(document);
      else if (text !== '') await print(textLines(text), textTo);
    } catch (error) {
      await fail(error, options.json ?? false);
    }
  };
}

/** Says what went wrong, in one line, and leaves the exit code for it. */
async function fail(error: unknown, json: boolean): Promise<void> {
  const code = codeOf(error) ?? '';
  if (code === 'EPIPE') {
    process.exitCode = OUTPUT_CLOSED;
    return;
  }
  process.exitCode = error instanceof InterruptedError ? error.exitCode : exitCodeOf(code);
  // What cannot be printed to stdout is said on stderr all the same.
  if (json && !(error instanceof OutputError))
    await printDocument({ error: errorDocument(error) }).catch(() => undefined);
  const message = error instanceof Error ? error.message : String(error);
  printText(process.stderr, `lto: ${visible(message)}`);
}
