import { requireNonEmptyText } from '../arguments/options.js';
import { type DriveControls, reachDrive } from './control/drive-controls.js';
import { type LibraryControls, reachLibrary } from './control/library-controls.js';
import { VirtualDrive } from './virtual-drive.js';
import { VirtualLibrary } from './virtual-library.js';

/** The controls of a drive that this process has open. */
export function controlsOf(drive: VirtualDrive): DriveControls {
  return {
    state: async () => {
      const { identity, cartridge = null, faults } = drive;
      return { identity, cartridge, faults };
    },
    insert: (cartridge) => drive.insert(cartridge),
    remove: () => drive.remove(),
    reset: () => drive.reset(),
    setFaults: async (faults) => {
      drive.faults = faults;
    },
    close: () => drive.close(),
  };
}

/**
 * The controls of the drive of a folder: through the control socket of the process that serves it, or by opening it.
 * Rejects as `VirtualDrive.open` does.
 */
export async function openControls(folder: string): Promise<DriveControls> {
  requireNonEmptyText('folder', folder, { operation: 'open' });
  return (await reachDrive(folder)) ?? controlsOf(await VirtualDrive.open(folder));
}

/** The controls of a library that this process has open. */
export function libraryControlsOf(library: VirtualLibrary): LibraryControls {
  return {
    state: async () => {
      const { identity, elements, magazinesOut, faults } = library;
      return { identity, elements, outside: await library.outside(), magazinesOut, faults };
    },
    import: async (cartridge) => void (await library.import(cartridge)),
    export: (cartridge) => library.export(cartridge),
    removeMagazine: (magazine) => library.removeMagazine(magazine),
    insertMagazine: (magazine) => library.insertMagazine(magazine),
    reset: () => library.reset(),
    setFaults: async (faults) => {
      library.faults = faults;
    },
    close: () => library.close(),
  };
}

/**
 * The controls of the library of a folder: through the control socket of the process that serves it, or by opening it.
 * Rejects as `VirtualLibrary.open` does.
 */
export async function openLibraryControls(folder: string): Promise<LibraryControls> {
  requireNonEmptyText('folder', folder, { operation: 'open' });
  return (await reachLibrary(folder)) ?? libraryControlsOf(await VirtualLibrary.open(folder));
}
