import { DETAILED_GENERATIONS, LTO_FORMATS, type LtoFormat } from '../../scsi/generations/index.js';
import type { BlockProtection } from '../../tape/block-protection/options.js';
import { LARGEST_RECORD, SECTOR } from '../../tape/stream/write/write-options.js';
import { LABEL_MEMBER } from './cartridge-label.js';
import type { SettingsSchema } from './settings-schema.js';

/** Formats of cartridges that the provider can be set to: those that drives known in detail brought. */
const GENERATIONS: readonly LtoFormat[] = LTO_FORMATS.filter(({ generation }) => {
  return DETAILED_GENERATIONS.some((drives) => drives.generation === generation);
}).map(({ format }) => format);

const DEFAULT_RECORD_SIZE = 256 * 1024;
const DEFAULT_THROTTLE_MS = 2000;
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
  /** File in which uses of cleaning cartridges are counted, by barcode, where a drive does not let their memory be read. */
  cleaningLog?: string | undefined;
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
  /** Whether archives are followed by an index archive, from which a lost catalogue is made anew. */
  indexArchive: boolean;
  /** Milliseconds for which an answer of the drive is given again without asking it. */
  throttleMs: number;
  /** Name of the member of the label's archive. */
  labelName: string;
  /** Where loads, archives and alerts are kept, a line of JSON for each; nowhere by default. */
  historyFile?: string | undefined;
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

/** JSON Schema of the configuration: titles, descriptions, defaults and limits, for a settings form. */
export const SCHEMA: SettingsSchema<ProviderSettings> = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    devicePath: {
      title: 'Drive',
      description:
        'Non-rewinding node of the drive (/dev/tape/by-id/…-nst), or virtual:<folder>; /dev/nst0 without a library',
      type: 'string',
      minLength: 1,
    },
    library: {
      title: 'Library',
      description: 'In place of a drive: node of a tape library (/dev/tape/by-id/…-changer), or virtual:<folder>',
      type: 'string',
      minLength: 1,
    },
    drives: {
      title: 'Drives',
      description: 'Drives of the library that may be used, by number, node or serial number; without it all of them',
      type: 'array',
      minItems: 1,
      items: {
        anyOf: [
          { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
          { type: 'string', minLength: 1 },
        ],
      },
    },
    pool: {
      title: 'Pool',
      description:
        'Barcodes of cartridges of the library that archives go on to when one is full; blank ones are labelled',
      type: 'array',
      minItems: 1,
      items: { type: 'string', minLength: 1 },
    },
    cleaningLog: {
      title: 'Cleaning log',
      description: 'File in which uses of the cleaning cartridges of the library are counted, by barcode',
      type: 'string',
      minLength: 1,
    },
    compression: {
      title: 'Compression',
      description: 'Have the drive compress what is written',
      type: 'boolean',
      default: true,
    },
    encryptionKeyId: {
      title: 'Encryption key',
      description: 'Name of the key that archives are encrypted with; without it they are written plain',
      type: 'string',
      // As `requireKeyId` has it.
      pattern: '^[\\x21-\\x7e](?:[\\x20-\\x7e]{0,30}[\\x21-\\x7e])?$',
    },
    encryptionKey: {
      title: 'Encryption key itself',
      description: '64 hexadecimal digits, in place of a key of a key store; it is never shown again',
      type: 'string',
      pattern: '^[0-9a-fA-F]{64}$',
      format: 'password',
      writeOnly: true,
    },
    generation: {
      title: 'Generation',
      description: 'Only write cartridges of this generation; Type M and LTO-10P are formats of their own',
      type: 'string',
      enum: GENERATIONS,
    },
    worm: {
      title: 'WORM',
      description: 'Treat every cartridge as write-once: never label one that holds data',
      type: 'boolean',
      default: false,
    },
    writeProtected: {
      title: 'Write protection',
      description: 'Never write, whatever the cartridge allows',
      type: 'boolean',
      default: false,
    },
    cleaningCartridge: {
      title: 'Cleaning cartridge',
      description: 'This entry stands for a cleaning cartridge: never write',
      type: 'boolean',
      default: false,
    },
    recordSize: {
      title: 'Record size',
      description: 'Bytes of a record on tape, a multiple of 512',
      type: 'integer',
      minimum: SECTOR,
      maximum: LARGEST_RECORD,
      multipleOf: SECTOR,
      default: DEFAULT_RECORD_SIZE,
    },
    protection: {
      title: 'Block protection',
      description: 'Have host and drive check each record of an archive on its way (logical block protection)',
      type: 'string',
      enum: ['auto', 'crc32c', 'reed-solomon', 'off'],
      default: 'off',
    },
    indexArchive: {
      title: 'Index on tape',
      description:
        'Follow archives by a small archive that says what is on the cartridge, and how to read it without this program',
      type: 'boolean',
      default: false,
    },
    throttleMs: {
      title: 'Throttle',
      description: 'Milliseconds for which an answer of the drive is given again without asking it',
      type: 'integer',
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      default: DEFAULT_THROTTLE_MS,
    },
    labelName: {
      title: 'Label name',
      description: 'Name of the file in the tar archive that labels a cartridge',
      type: 'string',
      pattern: '^[\\w.-]{1,99}$',
      default: LABEL_MEMBER,
    },
    historyFile: {
      title: 'History',
      description:
        'File in which loads, archives and alerts are kept, a line of JSON for each, for `lto health --history`',
      type: 'string',
      minLength: 1,
    },
    owningHost: {
      title: 'Owning host',
      description: 'Written into the cartridge memory when a cartridge is labelled (0807h)',
      type: 'string',
      maxLength: 80,
    },
    mediaPool: {
      title: 'Media pool',
      description: 'Written into the cartridge memory when a cartridge is labelled (0808h)',
      type: 'string',
      maxLength: 160,
    },
  },
  additionalProperties: false,
};
