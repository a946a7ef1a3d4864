import { randomBytes } from 'node:crypto';
import { LARGEST_COUNT, requireNumber } from '../../arguments/number.js';
import { type OptionNames, requireKnownNames } from '../../arguments/option-names.js';
import { requireBoolean, requireRecord } from '../../arguments/options.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { type FormatFacts, formatFacts, generationFacts, LTO_FORMATS, type LtoFormat } from '../../scsi/index.js';
import type { MediumKind, NewMedium } from './cartridge-memory.js';

/** A new cartridge. */
export interface CartridgeOptions {
  /** Barcode and name: at most 32 letters and digits. Default: a number with the generation's suffix. */
  readonly barcode?: string;
  /** LTO generation. Default: the drive's. */
  readonly generation?: number;
  /** Recording format, such as `LTO-7 Type M`. Default: that of the generation. */
  readonly format?: LtoFormat;
  /** Capacity in bytes. Default: the native capacity of the format. */
  readonly capacityBytes?: number;
  readonly worm?: boolean;
  readonly cleaning?: boolean;
  /** Past uses of a cleaning cartridge, of 50. Default: 0. */
  readonly usedCleanings?: number;
  readonly writeProtected?: boolean;
  /**
   * Keeps record lengths and filemarks, but no data: records read as zeros. For measurements with more data than the
   * disk holds; never for data to keep.
   */
  readonly discardsData?: boolean;
}

const CARTRIDGE_OPTIONS: OptionNames<CartridgeOptions> = {
  barcode: true,
  generation: true,
  format: true,
  capacityBytes: true,
  worm: true,
  cleaning: true,
  usedCleanings: true,
  writeProtected: true,
  discardsData: true,
};

/** Uses of an LTO cleaning cartridge, as IBM and HPE sell them. */
export const CLEANINGS = 50;
/** The name is also the name of a folder. */
export const CARTRIDGE_NAME = /^[A-Za-z0-9]{1,32}$/;
const GB = 1e9;
const FLAGS = ['worm', 'cleaning', 'writeProtected', 'discardsData'] as const;

/** Throws InvalidArgumentError for an invalid name of a cartridge. */
export function requireName(name: string): string {
  if (typeof name === 'string' && CARTRIDGE_NAME.test(name)) return name;
  throw new InvalidArgumentError(`a cartridge's name is 1 to 32 letters and digits, not ${JSON.stringify(name)}`);
}

/** Throws InvalidArgumentError for an invalid option. */
export function mediumFacts(options: CartridgeOptions, driveGeneration: number): NewMedium {
  requireRecord('a cartridge', options, { next: 'Give its name, or the options of a new one' });
  requireKnownNames(options, CARTRIDGE_OPTIONS, undefined, 'option of a cartridge');
  for (const name of FLAGS) if (options[name] !== undefined) requireBoolean(name, options[name]);
  const { worm = false, cleaning = false, writeProtected = false, discardsData, usedCleanings = 0 } = options;
  requireNumber('usedCleanings', usedCleanings, { min: 0, max: CLEANINGS, unit: 'cleanings' });
  const { densityCode, nativeGigabytes, barcodeSuffix } = requireFormat(options, driveGeneration);
  const { capacityBytes = nativeGigabytes * GB } = options;
  const suffix = worm ? (barcodeSuffix.worm ?? barcodeSuffix.data) : barcodeSuffix.data;
  requireNumber('capacityBytes', capacityBytes, { min: 1, max: LARGEST_COUNT, unit: 'bytes' });
  return {
    barcode: requireName(options.barcode ?? `${randomName()}${suffix}`),
    serial: `V${randomBytes(5).toString('hex').toUpperCase()}`,
    manufacturer: 'NODE-LTO',
    manufactured: new Date().toISOString().slice(0, 10).replaceAll('-', ''),
    densityCode,
    kind: kindOf(worm, cleaning),
    capacityBytes,
    writeProtected,
    ...(discardsData && { discardsData }),
    ...(cleaning && usedCleanings > 0 && { loads: usedCleanings }),
  };
}

function requireFormat({ format, generation }: CartridgeOptions, driveGeneration: number): FormatFacts {
  if (format !== undefined && generation !== undefined) {
    throw new InvalidArgumentError('give the generation of a cartridge or its format, not both');
  }
  const facts = format === undefined ? generationFacts(generation ?? driveGeneration) : formatFacts(format);
  if (facts !== undefined) return facts;
  throw new InvalidArgumentError(
    `there is no LTO ${format === undefined ? `generation ${generation}` : `format ${JSON.stringify(format)}`}`,
    {
      next: `Formats are ${LTO_FORMATS.map((each) => each.format).join(', ')}`,
    },
  );
}

function kindOf(worm: boolean, cleaning: boolean): MediumKind {
  if (cleaning) return 'cleaning';
  return worm ? 'worm' : 'data';
}

function randomName(): string {
  return `V${randomBytes(4).readUInt32BE().toString().padStart(5, '0').slice(-5)}`;
}
