import { nearestName } from '../../arguments/nearest-name.js';
import { requireOptions } from '../../arguments/options.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { keyFingerprint } from '../../keys/data-key.js';
import { keyFromHex } from '../../keys/hex-key.js';
import type { KeyStore } from '../../keys/key-store.js';
import { MemoryKeyStore } from '../../keys/memory-key-store.js';
import { type ProviderConfiguration, type ProviderSettings, SCHEMA } from './configuration-schema.js';
import { type CheckedSettings, checkSettings } from './settings-schema.js';

/** Where Linux has the first tape drive. */
const DEFAULT_DEVICE = '/dev/nst0';

export interface ConfigurationOptions {
  /** What is done about keys that do not exist: refused by default, or left out. */
  readonly unknownKeys?: 'refuse' | 'ignore' | undefined;
}

/** Keys that the older provider used. */
const OLDER_NAMES: Readonly<Record<string, keyof ProviderSettings>> = {
  device_path: 'devicePath',
  encryption_key: 'encryptionKey',
  encryption_key_id: 'encryptionKeyId',
  write_protected: 'writeProtected',
  cleaning_cartridge: 'cleaningCartridge',
};

/** JSON Schema of the configuration: titles, descriptions, defaults and limits, for a settings form. */
export const CONFIGURATION_SCHEMA: Readonly<Record<string, unknown>> = copyOf(SCHEMA);

const KEYS = Object.keys(SCHEMA.properties);

/** What the patterns stand for. */
const PATTERNS: Readonly<Record<string, string>> = {
  encryptionKeyId: 'takes 1 to 32 characters of printable ASCII',
  encryptionKey: 'takes 64 hexadecimal digits',
  labelName: 'takes 1 to 99 letters, digits, dots, dashes and underscores',
};

/**
 * Checks a configuration and fills in the defaults. null stands for a key that is left out. Throws InvalidArgumentError
 * that names every key that is wrong, and for each that is not known the nearest one.
 */
export function parseConfiguration(settings: unknown, options: ConfigurationOptions = {}): ProviderConfiguration {
  requireOptions(options, { operation: 'configure' }, { unknownKeys: true });
  return readConfiguration(settings, options).configuration;
}

/** The drive of a configuration without a library. */
export function deviceOf({ devicePath = DEFAULT_DEVICE }: Pick<ProviderConfiguration, 'devicePath'>): string {
  return devicePath;
}

/** As `parseConfiguration`, with a store of the key that the settings hold. */
export function readConfiguration(
  settings: unknown,
  options: ConfigurationOptions = {},
): { readonly configuration: ProviderConfiguration; readonly keyStore: KeyStore | undefined } {
  const { named, unknown } = renamed(settings);
  const strange = ignoresUnknown(options) ? [] : unknown.map(notKnown);
  const { values, faults } = named === undefined ? NO_OBJECT : checkSettings(SCHEMA, named, PATTERNS);
  const wrong = faults.map((parts) => parts.filter(Boolean).join(': '));
  const reasons = [...wrong, ...(wrong.length > 0 ? [] : togetherFaults(values)), ...strange];
  if (reasons.length > 0) {
    throw new InvalidArgumentError(`the configuration is not valid: ${reasons.join('; ')}`, {
      operation: 'configure',
      next: `Keys are ${KEYS.join(', ')}`,
    });
  }
  const { encryptionKey, ...given } = values as unknown as Checked;
  const configuration = given.library === undefined ? { ...given, devicePath: deviceOf(given) } : given;
  if (encryptionKey === undefined) return { configuration, keyStore: undefined };
  const key = keyFromHex(Buffer.from(encryptionKey, 'latin1'));
  const encryptionKeyId = given.encryptionKeyId ?? keyFingerprint(key);
  const keyStore = new MemoryKeyStore([[encryptionKeyId, key]]);
  return { configuration: { ...configuration, encryptionKeyId }, keyStore };
}

/** As the schema, of which the type is made, has let it through. */
type Checked = ProviderConfiguration & Pick<ProviderSettings, 'encryptionKey'>;

const NO_OBJECT: CheckedSettings = { values: {}, faults: [['', 'it is an object with keys and values']] };

/** What a schema for a form cannot say. */
function togetherFaults({ devicePath, library, drives, pool, cleaningLog }: CheckedSettings['values']): string[] {
  if (library === undefined)
    return drives || pool || cleaningLog ? ['drives, pool and cleaningLog need a library'] : [];
  return devicePath === undefined ? [] : ['give either devicePath or library'];
}

/** A form may change its copy. */
function copyOf(schema: object): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(schema)) as Readonly<Record<string, unknown>>;
}

function ignoresUnknown(options: ConfigurationOptions): boolean {
  requireOptions(options, { operation: 'configure' });
  const { unknownKeys = 'refuse' } = options;
  if (unknownKeys === 'refuse' || unknownKeys === 'ignore') return unknownKeys === 'ignore';
  throw new InvalidArgumentError("unknownKeys is 'refuse' or 'ignore'", {
    operation: 'configure',
    next: 'Give one of these',
  });
}

function notKnown(key: string): string {
  const nearest = nearestName(key, [...KEYS, ...Object.keys(OLDER_NAMES)]);
  return `there is no ${JSON.stringify(key)}; the nearest is ${JSON.stringify(nearest)}`;
}

/** By their present names, without what is left out; and the keys that have none. */
function renamed(settings: unknown): { readonly named: object | undefined; readonly unknown: readonly string[] } {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings))
    return { named: undefined, unknown: [] };
  const named: Record<string, unknown> = {};
  const unknown: string[] = [];
  for (const [key, value] of Object.entries(settings)) {
    if (value === null || value === undefined) continue;
    const name = Object.hasOwn(OLDER_NAMES, key) ? OLDER_NAMES[key] : key;
    if (name === undefined || !KEYS.includes(name)) {
      unknown.push(key);
      continue;
    }
    if (Object.hasOwn(named, name)) {
      throw new InvalidArgumentError(`the configuration gives '${name}' twice, by its new and its old name`, {
        operation: 'configure',
        next: 'Give one of them',
      });
    }
    named[name] = value;
  }
  return { named, unknown };
}
