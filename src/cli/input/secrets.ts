import { buffer } from 'node:stream/consumers';
import { InvalidArgumentError } from '../../errors/index.js';
import { readPrivateFile } from '../../keys/private-file.js';
import { askNewSecret, askSecret, hasTerminal } from './prompt.js';

/** Reads a secret from a file that only its owner may read, or from stdin (`-`). Wipe it after use. */
export async function readSecret(file: string): Promise<Buffer> {
  if (file === '-') return readStdin();
  const { path, content } = await readPrivateFile(file);
  if (content === undefined) throw new InvalidArgumentError(`there is no file ${path}`);
  return content;
}

/** Reads a passphrase from a file, stdin or the terminal, which asks twice for a new one. Wipe it after use. */
export async function readPassphrase(file: string | undefined, question: string, isNew = false): Promise<Buffer> {
  if (file !== undefined) return onlyLine(await readSecret(file));
  if (hasTerminal()) return isNew ? askNewSecret(question) : askSecret(`${question}: `);
  throw new InvalidArgumentError('there is no terminal to ask for the passphrase', {
    next: 'Name a file that holds it with --passphrase-file, or - for stdin',
  });
}

async function readStdin(): Promise<Buffer> {
  if (!process.stdin.isTTY) return buffer(process.stdin);
  throw new InvalidArgumentError('the standard input is a terminal, which would show the secret', {
    next: 'Pipe it, or leave the option out to be asked',
  });
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Without the line end that an editor adds. */
function onlyLine(content: Buffer): Buffer {
  const end = content.indexOf(LINE_FEED);
  if (end < 0) return content;
  if (end < content.length - 1) {
    content.fill(0);
    throw new InvalidArgumentError('the passphrase has more than one line');
  }
  return content.subarray(0, content[end - 1] === CARRIAGE_RETURN ? end - 1 : end);
}
