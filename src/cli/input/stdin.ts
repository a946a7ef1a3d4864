import type { Readable } from 'node:stream';
import { InvalidArgumentError } from '../../errors/index.js';

let claimed: string | undefined;

/**
 * The standard input for one purpose, in words: `the passphrase`. Who reads it second would find it empty, and take that
 * for an answer: throws InvalidArgumentError then, and for a terminal.
 */
export function claimStdin(what: string, onTerminal = 'Pipe something into it'): Readable {
  if (claimed !== undefined) {
    throw new InvalidArgumentError(`stdin cannot give both ${claimed} and ${what}`, {
      next: 'Name a file for one of the two',
    });
  }
  if (process.stdin.isTTY) throw new InvalidArgumentError('the standard input is a terminal', { next: onTerminal });
  claimed = what;
  return process.stdin;
}
