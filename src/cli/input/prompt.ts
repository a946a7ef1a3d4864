import { openSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { ReadStream } from 'node:tty';
import { InvalidArgumentError } from '../../errors/index.js';
import { visible } from '../output/terminal.js';
import { InterruptedError } from '../run/interrupt.js';

/** Whether there is a terminal for questions. */
export function hasTerminal(): boolean {
  return process.stdin.isTTY === true || process.stderr.isTTY === true;
}

/**
 * Asks on the process's terminal, even if stdin is something else, without echo. The question goes to stderr. Rejects
 * with InterruptedError on Ctrl-C or Ctrl-D.
 */
export async function askSecret(question: string): Promise<Buffer> {
  // Readline edits the line as usual; what it draws is discarded.
  const nowhere = new Writable({ write: (_chunk, _encoding, callback) => callback() });
  try {
    return Buffer.from(await ask(question, nowhere), 'utf8');
  } finally {
    process.stderr.write('\n');
  }
}

/** As `askSecret`, with echo. */
export function askLine(question: string): Promise<string> {
  return ask(question, process.stderr);
}

async function ask(question: string, output: NodeJS.WritableStream): Promise<string> {
  const input = process.stdin.isTTY ? process.stdin : new ReadStream(openSync('/dev/tty', 'r'));
  const lines = createInterface({ input, output, terminal: true, historySize: 0 });
  try {
    const answer = new Promise<string>((resolve, reject) => {
      const stopped = () => reject(new InterruptedError('SIGINT', {}));
      lines.once('SIGINT', stopped);
      lines.once('close', stopped);
      lines.once('line', resolve);
    });
    // Only now: readline has switched off the terminal's own echo.
    process.stderr.write(visible(question));
    return await answer;
  } finally {
    lines.close();
    if (input !== process.stdin) input.destroy();
  }
}

/** As `askSecret`, twice. Rejects with InvalidArgumentError if the answers differ. */
export async function askNewSecret(question: string): Promise<Buffer> {
  const first = await askSecret(`${question}: `);
  const second = await askSecret(`${question}, again: `);
  const same = first.equals(second);
  second.fill(0);
  if (same) return first;
  first.fill(0);
  throw new InvalidArgumentError('the two entries differ');
}
