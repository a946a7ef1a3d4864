import { InvalidArgumentError, type LtoErrorDetails } from '../errors/index.js';

/** Allowed values of a numeric option. */
export interface NumberRange {
  readonly min: number;
  /** Infinity if that is allowed and means "everything". */
  readonly max: number;
  /** What is counted, in the plural: `bytes`, `milliseconds`, `filemarks`. */
  readonly unit: string;
  readonly multipleOf?: number | undefined;
  /** Parts of the unit are allowed. */
  readonly fractions?: boolean | undefined;
}

/** Limit of a count that has no other limit. */
export const LARGEST_COUNT = Number.MAX_SAFE_INTEGER;
/** The longest delay of a timer; Node.js runs a longer one at once. */
export const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** Throws InvalidArgumentError, which names the option, its range and its unit, unless `value` is such a number. */
export function requireNumber(name: string, value: unknown, range: NumberRange, details?: LtoErrorDetails): number {
  if (typeof value === 'number' && isWithin(value, range)) return value;
  const next = `Give ${inWords(range)}`;
  throw new InvalidArgumentError(`${name} cannot be ${shown(value)}: it counts ${range.unit}`, { ...details, next });
}

/** As `requireNumber` for each given option of a table; `undefined` means the default. */
export function requireNumbers<K extends string>(
  options: { readonly [P in NoInfer<K>]?: unknown },
  ranges: Readonly<Record<K, NumberRange>>,
  details?: LtoErrorDetails,
): void {
  for (const [name, range] of Object.entries<NumberRange>(ranges)) {
    const value = options[name as K];
    if (value !== undefined) requireNumber(name, value, range, details);
  }
}

function isWithin(value: number, { min, max, multipleOf = 1, fractions = false }: NumberRange): boolean {
  if (value === Number.POSITIVE_INFINITY) return max === value;
  if (!(value >= min && value <= max)) return false;
  // Larger numbers are whole only because of limited precision.
  return fractions || (value <= LARGEST_COUNT && value % multipleOf === 0);
}

function inWords({ min, max, unit, multipleOf, fractions = false }: NumberRange): string {
  const kind = fractions ? 'a number' : 'a whole number';
  const range = max >= LARGEST_COUNT ? `from ${min} up` : `from ${min} to ${max}`;
  return `${kind} of ${unit} ${range}${multipleOf === undefined ? '' : `, a multiple of ${multipleOf}`}`;
}

/** The value for a message, shortened. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 32));
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
