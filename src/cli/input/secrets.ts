import { buffer } from 'node:stream/consumers';
import { InvalidArgumentError } from '../../errors/index.js';
import { readPrivateFile } from '../../keys/private-file.js';
import { askNewSecret, askSecret, hasTerminal } from './prompt.js';
import { claimStdin } from './stdin.js';

/** Reads a secret from a file that only its owner may read, or from stdin (`-`). `what` it is, in words. Wipe it after use. */
export async function readSecret(file: string, what: string): Promise<Buffer> {
  if (file === '-') return buffer(claimStdin(what, NOT_SHOWN));
  const { path, content } = await readPrivateFile(file);
  if (content === undefined) throw new InvalidArgumentError(`there is no file ${path}`);
  return content;
}

/** Reads a passphrase from a file, stdin or the terminal, which asks twice for a new one. Wipe it after use. */
export async function readPassphrase(file: string | undefined, question: string, isNew = false): Promise<Buffer> {
  if (file !== undefined) return onlyLine(await readSecret(file, isNew ? 'the new passphrase' : 'the passphrase'));
  if (hasTerminal()) return isNew ? askNewSecret(question) : askSecret(`${question}: `);
  throw new InvalidArgumentError('there is no terminal to ask for the passphrase', {
    next: 'Name a file that holds it with --passphrase-file, or - for stdin',
  });
}

const NOT_SHOWN = 'It would show the secret: pipe it, or leave the option out to be asked';

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
