import { InvalidArgumentError, type LtoErrorDetails } from '../../errors/index.js';

/** What happens when the drive can't read a record. */
export type OnBadRecord =
  /** The stream or the check fails with a MediumError that names the record; the default. */
  | 'fail'
  /** The record is left out of the data and listed in `skipped`. */
  | 'skip';

/** Throws InvalidArgumentError unless it is one, or undefined for the default. */
export function requireOnBadRecord(onBadRecord: unknown, details: LtoErrorDetails): void {
  if (onBadRecord === undefined || onBadRecord === 'fail' || onBadRecord === 'skip') return;
  throw new InvalidArgumentError('onBadRecord must be fail or skip', details);
}
