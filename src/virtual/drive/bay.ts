import { InvalidArgumentError } from '../../errors/index.js';

/** The place of a drive in a library. */
export interface Bay {
  /** Serial number of the library, which it set in the drive. */
  readonly librarySerial: string;
  /** Address of the data transfer element. */
  readonly element: number;
  /** Logical units of the library's target. */
  readonly units: number;
  /** Folder of the library, which contains the cartridges. */
  readonly folder: string;
  /** Name of the cartridge in the drive according to the library. */
  readonly cartridge: string | null;
}

/** The error for an operation that only the library may do with its drive. */
export function inLibrary(folder: string, operation: string): InvalidArgumentError {
  return new InvalidArgumentError('the drive is in a library, and only the robot changes its cartridges', {
    device: `virtual:${folder}`,
    operation,
    next: 'Open the library',
  });
}
