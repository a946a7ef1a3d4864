import { LARGEST_COUNT, LONGEST_DELAY_MS, type NumberRange, requireNumbers } from '../../arguments/number.js';
import { type OptionNames, requireKnownNames } from '../../arguments/option-names.js';
import { requireNonEmptyText, requireOptions, requireRecord } from '../../arguments/options.js';
import type { LtoErrorDetails, OnMedium } from '../../errors/index.js';
import { WRITE_OPTIONS, type WriteStreamOptions } from '../stream/write/write-options.js';

/**
 * When buffered files are brought to the medium. A drive that is reached by one file after the other records them by
 * itself, and is not stopped for `bytes` and `files`: it is flushed if no further file comes, or if it has not recorded
 * those files 10 seconds later. A drive that does not report what it has recorded is flushed at once.
 */
export interface CommitOptions {
  /** Bytes that are not proven to be on the medium. Default 8 GiB. */
  readonly bytes?: number | undefined;
  /** Files that are not proven to be on the medium. Default 200. */
  readonly files?: number | undefined;
  /** Seconds for which a file may stay unproven, checked between files; then the drive is flushed. Default 30. */
  readonly seconds?: number | undefined;
}

export interface SessionOptions {
  readonly commit?: CommitOptions | undefined;
}

/**
 * As for any file. `position` and `partition` apply only when the tape does not stand after the session's last file.
 */
export interface SessionFileOptions extends WriteStreamOptions {
  /** Name of the file in BufferedDataLostError. Default: its number on the tape. */
  readonly id?: string | undefined;
}

/** The events of a session: `durable` reports the position up to which all data is on the medium. */
export interface SessionEvents {
  durable: [upTo: OnMedium];
}

/** Throws InvalidArgumentError for what the session itself takes; the stream checks the other options. */
export function requireFileOptions(options: SessionFileOptions, details: LtoErrorDetails): void {
  requireOptions(options, details, FILE_OPTIONS);
  if (options.id !== undefined) requireNonEmptyText('id', options.id, details);
}

const FILE_OPTIONS: OptionNames<SessionFileOptions> = { ...WRITE_OPTIONS, id: true };
const COMMIT_OPTIONS: OptionNames<CommitOptions> = { bytes: true, files: true, seconds: true };
const RANGES = {
  bytes: { min: 1, max: LARGEST_COUNT, unit: 'bytes' },
  files: { min: 1, max: LARGEST_COUNT, unit: 'files' },
  seconds: { min: 0, max: LONGEST_DELAY_MS / 1000, unit: 'seconds', fractions: true },
} satisfies Record<keyof CommitOptions, NumberRange>;

/** Commit limits of a session. */
export type CommitLimits = { readonly [limit in keyof CommitOptions]-?: number };

/** With all defaults filled in. Throws InvalidArgumentError for limits that can not be. */
export function commitLimits(device: string, options: SessionOptions): CommitLimits {
  const details = { device, operation: 'session' };
  const { commit = {} } = options ?? {};
  requireRecord('commit', commit, { ...details, next: 'Give `bytes`, `files` or `seconds`' });
  requireKnownNames(commit, COMMIT_OPTIONS, details, 'commit limit');
  requireNumbers(commit, RANGES, details);
  const { bytes = 8 * 1024 ** 3, files = 200, seconds = 30 } = commit;
  return { bytes, files, seconds };
}
