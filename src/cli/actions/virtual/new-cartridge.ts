import { InvalidArgumentError } from '../../../errors/index.js';
import type { LtoFormat } from '../../../scsi/generations/formats.js';
import type { CartridgeOptions } from '../../../virtual/index.js';
import { parseCount, parseSize } from '../../input/numbers.js';
import type { CommonOptions } from '../../run/action.js';

export interface CartridgeFlags extends CommonOptions {
  readonly barcode?: string;
  readonly format?: string;
  readonly capacity?: string;
  readonly worm?: boolean;
  readonly writeProtected?: boolean;
  readonly discard?: boolean;
}

/** Flags of a command that takes an existing cartridge by name, or creates one. */
export interface NamedOrNewFlags extends CartridgeFlags {
  readonly new?: boolean;
  readonly generation?: string;
}

export function cartridgeOptions({
  barcode,
  format,
  capacity,
  worm,
  writeProtected,
  discard,
}: CartridgeFlags): CartridgeOptions {
  return {
    ...(barcode !== undefined && { barcode }),
    // Creating the cartridge refuses unknown names.
    ...(format !== undefined && { format: format as LtoFormat }),
    ...(capacity !== undefined && { capacityBytes: parseSize(capacity) }),
    ...(worm !== undefined && { worm }),
    ...(writeProtected !== undefined && { writeProtected }),
    ...(discard !== undefined && { discardsData: discard }),
  };
}

/** The name, or with --new the options of a new cartridge. Throws InvalidArgumentError for both or neither. */
export function namedOrNew(options: NamedOrNewFlags, name: string | undefined): string | CartridgeOptions {
  const { new: made = false, generation } = options;
  const flags = {
    ...cartridgeOptions(options),
    ...(generation !== undefined && { generation: parseCount(generation) }),
  };
  if (made === (name !== undefined)) throw new InvalidArgumentError('give the name of a cartridge, or --new');
  if (!made && Object.keys(flags).length > 0) throw new InvalidArgumentError('options of a cartridge go with --new');
  return name ?? flags;
}
