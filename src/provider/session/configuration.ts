import * as z from 'zod';
import { InvalidArgumentError } from '../../errors/index.js';
import { DETAILED_GENERATIONS, LTO_FORMATS, type LtoFormat } from '../../scsi/generations/index.js';
import type { BlockProtection } from '../../tape/block-protection/options.js';
import { LARGEST_RECORD, SECTOR } from '../../tape/stream/write/write-options.js';
import { LABEL_MEMBER } from './cartridge-label.js';

/** Formats of cartridges that the provider can be set to: those that drives known in detail brought. */
export const GENERATIONS: readonly LtoFormat[] = LTO_FORMATS.filter(({ generation }) => {
  return DETAILED_GENERATIONS.some((drives) => drives.generation === generation);
}).map(({ format }) => format);

const DEFAULT_RECORD_SIZE = 256 * 1024;
const DEFAULT_THROTTLE_MS = 2000;
/** As `requireKeyId` has it. */
const KEY_ID = /^[\x21-\x7e](?:[\x20-\x7e]{0,30}[\x21-\x7e])?$/;

/** The configuration with all defaults filled in. */
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
  /** Name of the key that archives are encrypted with; without it they are written plain. */
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

/** The configuration as it may be given: all but the drive, or the library, has a default. */
export type ProviderSettings = {
  [Key in keyof ProviderConfiguration]?: ProviderConfiguration[Key] | undefined;
};

const SCHEMA = z
  .strictObject({
    devicePath: z.string().min(1).optional().meta({
      title: 'Drive',
      description: 'Non-rewinding node of the drive (/dev/nst0, /dev/tape/by-id/…-nst), or virtual:<folder>',
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
  .refine(({ devicePath, library }) => (devicePath === undefined) !== (library === undefined), {
    message: 'give either devicePath or library',
  })
  .refine(({ library, drives, pool }) => library !== undefined || (drives ?? pool) === undefined, {
    message: 'drives and pool need a library',
  }) satisfies z.ZodType<ProviderConfiguration, ProviderSettings>;

/** Keys that the older provider used. */
const OLDER_NAMES: Readonly<Record<string, keyof ProviderConfiguration>> = {
  device_path: 'devicePath',
  encryption_key_id: 'encryptionKeyId',
  write_protected: 'writeProtected',
  cleaning_cartridge: 'cleaningCartridge',
};

/** JSON Schema of the configuration: titles, descriptions, defaults and limits, for a settings form. */
export const CONFIGURATION_SCHEMA: Readonly<Record<string, unknown>> = z.toJSONSchema(SCHEMA, { io: 'input' });

/**
 * Checks a configuration and fills in the defaults. null stands for a key that is left out. Throws InvalidArgumentError
 * that names every key that is wrong, and keys that are not known.
 */
export function parseConfiguration(settings: unknown): ProviderConfiguration {
  const result = SCHEMA.safeParse(renamed(settings));
  if (result.success) return result.data;
  const reasons = result.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
  throw new InvalidArgumentError(`the configuration is not valid: ${reasons.join('; ')}`, {
    operation: 'configure',
    next: `Keys are ${Object.keys(SCHEMA.shape).join(', ')}`,
  });
}

function renamed(settings: unknown): unknown {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) return settings;
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(settings)) {
    if (value === null || value === undefined) continue;
    const name = OLDER_NAMES[key] ?? key;
    if (Object.hasOwn(result, name)) {
      throw new InvalidArgumentError(`the configuration gives '${name}' twice, by its new and its old name`);
    }
    result[name] = value;
  }
  return result;
}
