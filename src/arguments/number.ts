import { InvalidArgumentError, type LtoErrorDetails } from '../errors/index.js';

/** What a numeric option takes. */
export interface NumberRange {
  readonly min: number;
  /** Infinity where that stands for "all there is". */
  readonly max: number;
  /** What is counted, in the plural: `bytes`, `milliseconds`, `filemarks`. */
  readonly unit: string;
  readonly multipleOf?: number | undefined;
  /** Parts of the unit are allowed. */
  readonly fractions?: boolean | undefined;
}

/** Of what is counted and has no limit but that of a number. */
export const LARGEST_COUNT = Number.MAX_SAFE_INTEGER;
/** The longest delay of a timer; a longer one would be over at once. */
export const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** Throws InvalidArgumentError, which names the option, its range and its unit, unless `value` is such a number. */
export function requireNumber(name: string, value: unknown, range: NumberRange, details?: LtoErrorDetails): number {
  if (typeof value === 'number' && isWithin(value, range)) return value;
  const next = `Give ${inWords(range)}`;
  throw new InvalidArgumentError(`${name} cannot be ${shown(value)}: it counts ${range.unit}`, { ...details, next });
}

/** As `requireNumber` for each option of a table that is given; `undefined` stands for the default. */
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
  // Larger numbers are whole ones by accident of their type.
  return fractions || (value <= LARGEST_COUNT && value % multipleOf === 0);
}

function inWords({ min, max, unit, multipleOf, fractions = false }: NumberRange): string {
  const kind = fractions ? 'a number' : 'a whole number';
  const range = max >= LARGEST_COUNT ? `from ${min} up` : `from ${min} to ${max}`;
  return `${kind} of ${unit} ${range}${multipleOf === undefined ? '' : `, a multiple of ${multipleOf}`}`;
}

/** No more of it than fits into a message. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 32));
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
