import type { LtoError } from '../../errors/index.js';
import { warn } from '../output/notes.js';

// What is on tape is as safe: the command does not fail, but what was asked for is said to be missing.

export function tellNotRecorded({ message }: LtoError): void {
  warn(`on tape, and not recorded in the catalogue: ${message}; run lto catalogue reconcile`);
}

export function tellNotIndexed({ message }: LtoError): void {
  warn(`on tape, without an index archive behind it: ${message}`);
}
