import { InvalidArgumentError, type LtoErrorDetails } from '../errors/index.js';
import { nearestName } from './nearest-name.js';

/** The names of all options of a type, in a table: one that is missing, or too many, does not compile. */
export type OptionNames<T> = Readonly<Record<T extends unknown ? keyof T & string : never, true>>;

/** Any such table. */
export type NameTable = Readonly<Record<string, true>>;

/** What a message may repeat of a name: a key that was given in the wrong place is longer. */
const SHOWN = /^[a-z]\w{0,31}$/i;

/** Throws InvalidArgumentError for a name that is not a key of the table: it would be ignored silently. */
export function requireKnownNames(given: object, names: object, details?: LtoErrorDetails, what = 'option'): void {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(names, name));
  if (unknown === undefined) return;
  const known = Object.keys(names);
  throw new InvalidArgumentError(`there is no ${what} ${SHOWN.test(unknown) ? unknown : 'of that name'} here`, {
    ...details,
    next: `Did you mean ${nearestName(unknown, known)}? There are ${known.join(', ')}`,
  });
}
