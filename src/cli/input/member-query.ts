import type { MemberQuery } from '../../catalogue/index.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { parseCount, parseSize } from './numbers.js';

/** Limits for members, as the command line takes them. */
export interface MemberOptions {
  readonly cartridge?: string;
  readonly archive?: string;
  readonly smallest?: string;
  readonly largest?: string;
  readonly since?: string;
  readonly until?: string;
  readonly state?: readonly string[];
  readonly limit?: string;
}

export function memberQuery(pattern: string, options: MemberOptions): MemberQuery {
  const { cartridge, archive, smallest, largest, since, until, state, limit } = options;
  return {
    pattern,
    cartridge,
    archive,
    smallest: smallest === undefined ? undefined : parseSize(smallest),
    largest: largest === undefined ? undefined : parseSize(largest),
    oldest: since === undefined ? undefined : seconds(since),
    newest: until === undefined ? undefined : seconds(until),
    states: state as MemberQuery['states'],
    limit: limit === undefined ? undefined : parseCount(limit),
  };
}

function seconds(text: string): number {
  const time = new Date(text).getTime();
  if (!Number.isNaN(time)) return Math.floor(time / 1000);
  throw new InvalidArgumentError(`${JSON.stringify(text)} is not a time`, {
    next: 'Write it as 2026-01-31 or 2026-01-31T12:00:00Z',
  });
}
