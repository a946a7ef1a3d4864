import { type ByteString, quoted } from '../encode/byte-string.js';
import { errorCode } from './files/files.js';
import type { PackFailure } from './job.js';
import type { PackProblem } from './summary.js';

/** Ends a packer; the archive is not continued. */
class PackError extends Error {
  readonly failure: PackFailure;
  constructor(failure: PackFailure) {
    super(failure.what);
    this.failure = failure;
  }
}

/** The request is invalid: nothing was archived. */
export function refused(what: string, next: string, code?: string): PackError {
  return new PackError({ what, refused: true, code, next });
}

/** For `strict`, the first problem. */
export function strictFailure(path: ByteString, { reason, code }: PackProblem): PackError {
  const what = `${quoted(path)} ${IN_WORDS[reason]}`;
  const next = 'Mend or exclude it and write all of it again, or archive the rest without `strict`';
  return new PackError({ what, refused: false, code, next });
}

const IN_WORDS: Readonly<Record<PackProblem['reason'], string>> = {
  unreadable: 'can not be read',
  vanished: 'vanished while the archive was made',
  shrank: 'shrank while it was read',
  grew: 'grew while it was read',
  changed: 'changed while it was read',
};

/** For any error that a packer ends with. */
export function failureOf(error: unknown): PackFailure {
  if (error instanceof PackError) return error.failure;
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { what, refused: false, code: errorCode(error), next: 'This is a fault of node-lto: report it' };
}
