import * as z from 'zod';
import { nearestName } from '../../arguments/nearest-name.js';
import { requireOptions } from '../../arguments/options.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { keyFingerprint } from '../../keys/data-key.js';
import { keyFromHex } from '../../keys/hex-key.js';
import type { KeyStore } from '../../keys/key-store.js';
import { MemoryKeyStore } from '../../keys/memory-key-store.js';
import { DETAILED_GENERATIONS, LTO_FORMATS, type LtoFormat } from '../../scsi/generations/index.js';
import type { BlockProtection } from '../../tape/block-protection/options.js';
import { LARGEST_RECORD, SECTOR } from '../../tape/stream/write/write-options.js';
import { LABEL_MEMBER } from './cartridge-label.js';

/** Formats of cartridges that the provider can be set to: those that drives known in detail brought. */
export const GENERATIONS: readonly LtoFormat[] = LTO_FORMATS.filter(({ generation }) => {
  return DETAILED_GENERATIONS.some((drives) => drives.generation === generation);
}).map(({ format }) => format);

/** Where Linux has the first tape drive. */
const DEFAULT_DEVICE = '/dev/nst0';
const DEFAULT_RECORD_SIZE = 256 * 1024;
const DEFAULT_THROTTLE_MS = 2000;
/** As `requireKeyId` has it. */
const KEY_ID = /^[\x21-\x7e](?:[\x20-\x7e]{0,30}[\x21-\x7e])?$/;

/** The configuration with all defaults filled in. It holds no key. */
export interface ProviderConfiguration {
  /** Non-rewinding node of the drive, or `virtual:<folder>`. */
  devicePath?: string | undefined;
  /** In place of a drive: node of a tape library, or `virtual:<folder>`. */
  library?: string | undefined;
  /** Drives of the library that may be used, by number, node or serial number; all of them by default. */
  drives?: (number | string)[] | undefined;
  /** Barcodes of cartridges of the library on which archives continue. */
  pool?: string[] | undefined;
  compression: boolean;
  /**
   * Name of the key that archives are encrypted with, which the tape tells; without it they are written plain. For an
   * `encryptionKey` without a name, its fingerprint.
   */
  encryptionKeyId?: string | undefined;
  /** Only cartridges of this format are written. */
  generation?: LtoFormat | undefined;
  /** No cartridge that holds data is labelled. */
  worm: boolean;
  writeProtected: boolean;
  cleaningCartridge: boolean;
  /** Bytes, a multiple of 512. */
  recordSize: number;
  protection: BlockProtection;
  /** Milliseconds for which an answer of the drive is given again without asking it. */
  throttleMs: number;
  /** Name of the member of the label's archive. */
  labelName: string;
  /** For the cartridge memory, 0807h. */
  owningHost?: string | undefined;
  /** For the cartridge memory, 0808h. */
  mediaPool?: string | undefined;
}

/** The configuration as it may be given: everything has a default. */
export type ProviderSettings = {
  [Key in keyof ProviderConfiguration]?: ProviderConfiguration[Key] | undefined;
} & {
  /**
   * The key itself, 64 hexadecimal digits, for applications without a key store. No result, error or log shows it again;
   * as text it stays in memory until V8 collects it.
   */
  encryptionKey?: string | undefined;
};

export interface ConfigurationOptions {
  /** What is done about keys that do not exist: refused by default, or left out. */
  readonly unknownKeys?: 'refuse' | 'ignore' | undefined;
}

const SCHEMA = z
  .strictObject({
    devicePath: z.string().min(1).optional().meta({
      title: 'Drive',
      description:
        'Non-rewinding node of the drive (/dev/tape/by-id/…-nst), or virtual:<folder>; /dev/nst0 without a library',
    }),
    library: z.string().min(1).optional().meta({
      title: 'Library',
      description: 'In place of a drive: node of a tape library (/dev/tape/by-id/…-changer), or virtual:<folder>',
    }),
    drives: z
      .array(z.union([z.int().min(1), z.string().min(1)]))
      .min(1)
      .optional()
      .meta({
        title: 'Drives',
        description: 'Drives of the library that may be used, by number, node or serial number; without it all of them',
      }),
    pool: z.array(z.string().min(1)).min(1).optional().meta({
      title: 'Pool',
      description:
        'Barcodes of cartridges of the library that archives go on to when one is full; blank ones are labelled',
    }),
    compression: z.boolean().default(true).meta({
      title: 'Compression',
      description: 'Have the drive compress what is written',
    }),
    encryptionKeyId: z.string().regex(KEY_ID, 'takes 1 to 32 characters of printable ASCII').optional().meta({
      title: 'Encryption key',
      description: 'Name of the key that archives are encrypted with; without it they are written plain',
    }),
    encryptionKey: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/, 'takes 64 hexadecimal digits')
      .optional()
      .meta({
        title: 'Encryption key itself',
        description: '64 hexadecimal digits, in place of a key of a key store; it is never shown again',
        format: 'password',
        writeOnly: true,
      }),
    generation: z.enum(GENERATIONS).optional().meta({
      title: 'Generation',
      description: 'Only write cartridges of this generation; Type M and LTO-10P are formats of their own',
    }),
    worm: z.boolean().default(false).meta({
      title: 'WORM',
      description: 'Treat every cartridge as write-once: never label one that holds data',
    }),
    writeProtected: z.boolean().default(false).meta({
      title: 'Write protection',
      description: 'Never write, whatever the cartridge allows',
    }),
    cleaningCartridge: z.boolean().default(false).meta({
      title: 'Cleaning cartridge',
      description: 'This entry stands for a cleaning cartridge: never write',
    }),
    recordSize: z.int().min(SECTOR).max(LARGEST_RECORD).multipleOf(SECTOR).default(DEFAULT_RECORD_SIZE).meta({
      title: 'Record size',
      description: 'Bytes of a record on tape, a multiple of 512',
    }),
    protection: z.enum(['auto', 'crc32c', 'reed-solomon', 'off']).default('off').meta({
      title: 'Block protection',
      description: 'Have host and drive check each record of an archive on its way (logical block protection)',
    }),
    throttleMs: z.int().min(0).default(DEFAULT_THROTTLE_MS).meta({
      title: 'Throttle',
      description: 'Milliseconds for which an answer of the drive is given again without asking it',
    }),
    labelName: z
      .string()
      .regex(/^[\w.-]{1,99}$/, 'takes 1 to 99 letters, digits, dots, dashes and underscores')
      .default(LABEL_MEMBER)
      .meta({
        title: 'Label name',
        description: 'Name of the file in the tar archive that labels a cartridge',
      }),
    owningHost: z.string().max(80).optional().meta({
      title: 'Owning host',
      description: 'Written into the cartridge memory when a cartridge is labelled (0807h)',
    }),
    mediaPool: z.string().max(160).optional().meta({
      title: 'Media pool',
      description: 'Written into the cartridge memory when a cartridge is labelled (0808h)',
    }),
  })
  .refine(({ devicePath, library }) => devicePath === undefined || library === undefined, {
    message: 'give either devicePath or library',
  })
  .refine(({ library, drives, pool }) => library !== undefined || (drives ?? pool) === undefined, {
    message: 'drives and pool need a library',
  }) satisfies z.ZodType<ProviderConfiguration & Pick<ProviderSettings, 'encryptionKey'>, ProviderSettings>;

/** Keys that the older provider used. */
const OLDER_NAMES: Readonly<Record<string, keyof ProviderSettings>> = {
  device_path: 'devicePath',
  encryption_key: 'encryptionKey',
  encryption_key_id: 'encryptionKeyId',
  write_protected: 'writeProtected',
  cleaning_cartridge: 'cleaningCartridge',
};

/** JSON Schema of the configuration: titles, descriptions, defaults and limits, for a settings form. */
export const CONFIGURATION_SCHEMA: Readonly<Record<string, unknown>> = z.toJSONSchema(SCHEMA, { io: 'input' });

const KEYS = Object.keys(SCHEMA.shape);

/**
 * Checks a configuration and fills in the defaults. null stands for a key that is left out. Throws InvalidArgumentError
 * that names every key that is wrong, and for each that is not known the nearest one.
 */
export function parseConfiguration(settings: unknown, options: ConfigurationOptions = {}): ProviderConfiguration {
  requireOptions(options, { operation: 'configure' }, { unknownKeys: true });
  return readConfiguration(settings, options).configuration;
}

/** As `parseConfiguration`, with a store of the key that the settings hold. */
export function readConfiguration(
  settings: unknown,
  options: ConfigurationOptions = {},
): { readonly configuration: ProviderConfiguration; readonly keyStore: KeyStore | undefined } {
  const { named, unknown } = renamed(settings);
  const strange = ignoresUnknown(options) ? [] : unknown.map(notKnown);
  const result = SCHEMA.safeParse(named);
  const wrong = (result.error?.issues ?? []).map(({ path, message }) => [path.join('.'), message]);
  const reasons = [...wrong.map((parts) => parts.filter(Boolean).join(': ')), ...strange];
  if (!result.success || reasons.length > 0) {
    throw new InvalidArgumentError(`the configuration is not valid: ${reasons.join('; ')}`, {
      operation: 'configure',
      next: `Keys are ${KEYS.join(', ')}`,
    });
  }
  const { encryptionKey, ...given } = result.data;
  const configuration =
    given.library === undefined ? { ...given, devicePath: given.devicePath ?? DEFAULT_DEVICE } : given;
  if (encryptionKey === undefined) return { configuration, keyStore: undefined };
  const key = keyFromHex(Buffer.from(encryptionKey, 'latin1'));
  const encryptionKeyId = given.encryptionKeyId ?? keyFingerprint(key);
  const keyStore = new MemoryKeyStore([[encryptionKeyId, key]]);
  return { configuration: { ...configuration, encryptionKeyId }, keyStore };
}

function ignoresUnknown(options: ConfigurationOptions): boolean {
  requireOptions(options, { operation: 'configure' });
  const { unknownKeys = 'refuse' } = options;
  if (unknownKeys === 'refuse' || unknownKeys === 'ignore') return unknownKeys === 'ignore';
  throw new InvalidArgumentError("unknownKeys is 'refuse' or 'ignore'", { operation: 'configure' });
}

function notKnown(key: string): string {
  const nearest = nearestName(key, [...KEYS, ...Object.keys(OLDER_NAMES)]);
  return `there is no ${JSON.stringify(key)}; the nearest is ${JSON.stringify(nearest)}`;
}

/** By their present names, without what is left out; and the keys that have none. */
function renamed(settings: unknown): { readonly named: unknown; readonly unknown: readonly string[] } {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings))
    return { named: settings, unknown: [] };
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
      throw new InvalidArgumentError(`the configuration gives '${name}' twice, by its new and its old name`);
    }
    named[name] = value;
  }
  return { named, unknown };
}
