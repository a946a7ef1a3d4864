import { InvalidArgumentError } from '../../errors/index.js';

/** Where a drive is in a library. */
export interface Bay {
  /** Serial number of the library, which it set in the drive. */
  readonly librarySerial: string;
  /** Address of the data transfer element. */
  readonly element: number;
  /** Logical units of the library's target. */
  readonly units: number;
  /** Folder of the library, which has the cartridges. */
  readonly folder: string;
  /** Name of the cartridge that the library knows in the drive. */
  readonly cartridge: string | null;
}

/** The refusal of what only the library does with a drive in it. */
export function inLibrary(folder: string, operation: string): InvalidArgumentError {
  return new InvalidArgumentError('the drive is in a library, and only the robot changes its cartridges', {
    device: `virtual:${folder}`,
    operation,
    next: 'Open the library',
  });
}
