import { LARGEST_COUNT, requireNumbers } from '../../arguments/number.js';
import type { OptionNames } from '../../arguments/option-names.js';
import { CALL_OPTIONS, requireNonEmptyText, requireRecord } from '../../arguments/options.js';
import { InvalidArgumentError, type LtoErrorDetails } from '../../errors/index.js';
import { ARCHIVE_STATES } from '../../provider/record/changes.js';
import type { ArchiveQuery, MemberQuery } from '../model/catalogue.js';

const BYTES = { min: 0, max: LARGEST_COUNT, unit: 'bytes' };
const SECONDS = { min: -LARGEST_COUNT, max: LARGEST_COUNT, unit: 'seconds' };
const LIMIT = { limit: { min: 1, max: LARGEST_COUNT, unit: 'rows' } };
const RANGES = { ...LIMIT, smallest: BYTES, largest: BYTES, oldest: SECONDS, newest: SECONDS };

export const ARCHIVE_QUERY: OptionNames<ArchiveQuery> = {
  ...CALL_OPTIONS,
  archive: true,
  cartridge: true,
  states: true,
  limit: true,
};
export const MEMBER_QUERY: OptionNames<MemberQuery> = {
  ...ARCHIVE_QUERY,
  pattern: true,
  smallest: true,
  largest: true,
  oldest: true,
  newest: true,
};

export function requireArchiveQuery(query: ArchiveQuery, details: LtoErrorDetails): void {
  for (const name of ['archive', 'cartridge'] as const) {
    if (query[name] !== undefined) requireNonEmptyText(name, query[name], details);
  }
  requireStates(query.states, details);
  requireNumbers(query, LIMIT, details);
}

export function requireMemberQuery(query: MemberQuery, details: LtoErrorDetails): void {
  requireRecord('a query', query, details);
  requireNonEmptyText('pattern', query.pattern, details);
  requireArchiveQuery(query, details);
  requireNumbers(query, RANGES, details);
}

function requireStates(states: unknown, details: LtoErrorDetails): void {
  if (states === undefined) return;
  const known: readonly unknown[] = ARCHIVE_STATES;
  if (Array.isArray(states) && states.length > 0 && states.every((state) => known.includes(state))) return;
  throw new InvalidArgumentError('states is a list of states of archives', {
    ...details,
    next: `Give some of ${ARCHIVE_STATES.join(', ')}`,
  });
}
