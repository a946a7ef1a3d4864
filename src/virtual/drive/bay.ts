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
