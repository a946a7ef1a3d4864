import { openSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { ReadStream } from 'node:tty';
import { InvalidArgumentError } from '../../errors/index.js';
import { visible } from '../output/terminal.js';
import { InterruptedError } from '../run/interrupt.js';

/** Whether there is a terminal to ask on. */
export function hasTerminal(): boolean {
  return process.stdin.isTTY === true || process.stderr.isTTY === true;
}

/**
 * Asks on the terminal of the process, also when its stdin is something else, and shows nothing of what is typed; the
 * question goes to stderr. Rejects with InterruptedError on
 * Ctrl-C or Ctrl-D.
 */
export async function askSecret(question: string): Promise<Buffer> {
  // Readline edits the line as usual; nothing of what it draws gets through.
  const nowhere = new Writable({ write: (_chunk, _encoding, callback) => callback() });
  try {
    return Buffer.from(await ask(question, nowhere), 'utf8');
  } finally {
    process.stderr.write('\n');
  }
}

/** As `askSecret`, but what is typed is seen. */
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
    // Only now, when nothing that is typed is shown any more.
    process.stderr.write(visible(question));
    return await answer;
  } finally {
    lines.close();
    if (input !== process.stdin) input.destroy();
  }
}

/** As `askSecret`, twice; rejects with InvalidArgumentError when the answers differ. */
export async function askNewSecret(question: string): Promise<Buffer> {
  const first = await askSecret(`${question}: `);
  const second = await askSecret(`${question}, again: `);
  const same = first.equals(second);
  second.fill(0);
  if (same) return first;
  first.fill(0);
  throw new InvalidArgumentError('the two entries differ');
}
