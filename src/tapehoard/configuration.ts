import type { ProviderSettings } from '../provider/session/configuration-schema.js';

/** The keys that the older provider read, and those of its settings form; others are ignored, as it did. */
export interface TapeHoardConfiguration {
  readonly device_path?: string | null | undefined;
  readonly compression?: boolean | null | undefined;
  /** 64 hexadecimal digits. */
  readonly encryption_key?: string | null | undefined;
  readonly encryption_key_id?: string | null | undefined;
  readonly generation?: string | null | undefined;
  readonly worm?: boolean | null | undefined;
  readonly write_protected?: boolean | null | undefined;
  readonly cleaning_cartridge?: boolean | null | undefined;
  readonly [other: string]: unknown;
}

/** A field of the settings form. */
export interface TapeHoardField {
  readonly type: 'boolean' | 'string';
  readonly title: string;
  readonly description: string;
  readonly default?: boolean;
  readonly enum?: readonly string[];
}

/** One row for each field of the settings form: its key here, and its key in the provider's own schema. */
const FIELDS = {
  compression: 'compression',
  encryption_key_id: 'encryptionKeyId',
  generation: 'generation',
  worm: 'worm',
  write_protected: 'writeProtected',
  cleaning_cartridge: 'cleaningCartridge',
} as const satisfies Readonly<Record<string, keyof ProviderSettings>>;

export type TapeHoardSchema = Readonly<Record<keyof typeof FIELDS, TapeHoardField>>;

/** The flat form: each key with its type, title, description, default and choices. */
export function flatSchema(schema: Readonly<Record<string, unknown>>): TapeHoardSchema {
  const properties = schema.properties as Readonly<Record<string, TapeHoardField>>;
  const rows = Object.entries(FIELDS).map(([key, name]) => {
    const { type, title, description, default: value, enum: choices } = properties[name] as TapeHoardField;
    const rest = { ...(value !== undefined && { default: value }), ...(choices !== undefined && { enum: choices }) };
    return [key, { type, title, description, ...rest }];
  });
  return Object.fromEntries(rows) as TapeHoardSchema;
}

/** The older provider treated an empty string as a missing value. */
export function settingsOf(configuration: TapeHoardConfiguration): unknown {
  if (typeof configuration !== 'object' || configuration === null || Array.isArray(configuration)) return configuration;
  return Object.fromEntries(Object.entries(configuration).filter(([, value]) => value !== ''));
}
