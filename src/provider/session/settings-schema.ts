// The part of JSON Schema that the configuration is described with, and what is wrong with a value by it. A service makes
// the provider before it has anything to do, and a validator for all of JSON Schema would take longer to load than the rest.

interface Described<T> {
  readonly title: string;
  readonly description: string;
  readonly default?: T;
}

interface Text {
  readonly type: 'string';
  /** In characters, not in units of UTF-16. */
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly format?: 'password';
  readonly writeOnly?: true;
}

interface Whole {
  readonly type: 'integer';
  readonly minimum: number;
  readonly maximum: number;
  readonly multipleOf?: number;
}

interface Flag {
  readonly type: 'boolean';
}

interface List {
  readonly type: 'array';
  readonly minItems?: number;
  readonly items: Value | { readonly anyOf: readonly Value[] };
}

type Value = Text | Whole | Flag | List;

type ValueOf<T> = [T] extends [boolean] ? Flag : [T] extends [string] ? Text : [T] extends [number] ? Whole : List;

/** Of an object with these members, each of which may be left out. */
export interface SettingsSchema<T extends object> {
  readonly $schema: string;
  readonly type: 'object';
  readonly properties: {
    readonly [Key in keyof T]-?: ValueOf<NonNullable<T[Key]>> & Described<NonNullable<T[Key]>>;
  };
  readonly additionalProperties: false;
}

export interface CheckedSettings {
  /** With the defaults of what is left out, in the order of the schema. */
  readonly values: Readonly<Record<string, unknown>>;
  /** By member: what it takes. */
  readonly faults: readonly (readonly [string, string])[];
}

/**
 * Checks the members that the schema names, and no others. Values are not repeated in the faults: one is a key.
 * @param patterns by member: what its pattern stands for
 */
export function checkSettings(
  schema: { readonly properties: Readonly<Record<string, Value & { readonly default?: unknown }>> },
  settings: object,
  patterns: Readonly<Record<string, string>>,
): CheckedSettings {
  const values: Record<string, unknown> = {};
  const faults: [string, string][] = [];
  for (const [key, value] of Object.entries(schema.properties)) {
    const given: unknown = Object.hasOwn(settings, key) ? Reflect.get(settings, key) : undefined;
    const taken = given ?? value.default;
    if (taken === undefined) continue;
    const fault = faultOf(taken, value);
    if (fault !== undefined) faults.push([key, fault === NO_MATCH ? (patterns[key] ?? fault) : fault]);
    values[key] = Array.isArray(taken) ? [...taken] : taken;
  }
  return { values, faults };
}

const NO_MATCH = 'takes other characters';

function faultOf(value: unknown, schema: Value): string | undefined {
  switch (schema.type) {
    case 'string':
      return textFault(value, schema);
    case 'integer':
      return wholeFault(value, schema);
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'takes a boolean';
    case 'array':
      return listFault(value, schema);
  }
}

function textFault(value: unknown, { minLength = 0, maxLength = Infinity, pattern, enum: choices }: Text) {
  if (choices !== undefined) return choices.some((choice) => choice === value) ? undefined : `takes ${oneOf(choices)}`;
  if (typeof value !== 'string') return 'takes a string';
  const { length } = [...value];
  if (length < minLength) return `takes at least ${minLength} character${minLength === 1 ? '' : 's'}`;
  if (length > maxLength) return `takes at most ${maxLength} characters`;
  return pattern === undefined || new RegExp(pattern, 'u').test(value) ? undefined : NO_MATCH;
}

function wholeFault(value: unknown, { minimum, maximum, multipleOf = 1 }: Whole): string | undefined {
  const fits =
    Number.isSafeInteger(value) &&
    (value as number) >= minimum &&
    (value as number) <= maximum &&
    (value as number) % multipleOf === 0;
  if (fits) return undefined;
  const range = maximum === Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
  return `takes a whole number ${range}${multipleOf === 1 ? '' : `, a multiple of ${multipleOf}`}`;
}

function listFault(value: unknown, { minItems = 0, items }: List): string | undefined {
  if (!Array.isArray(value)) return 'takes an array';
  if (value.length < minItems) return `takes at least ${minItems} element${minItems === 1 ? '' : 's'}`;
  const kinds = 'anyOf' in items ? items.anyOf : [items];
  const wrong = value.findIndex((element) => kinds.every((kind) => faultOf(element, kind) !== undefined));
  if (wrong < 0) return undefined;
  return `element ${wrong} ${kinds.map((kind) => faultOf(value[wrong], kind)).join(', or ')}`;
}

function oneOf(choices: readonly string[]): string {
  return `one of ${choices.map((choice) => JSON.stringify(choice)).join(', ')}`;
}
