import { reachControlSocket } from './control/client.js';
import type { DriveControls } from './control/controls.js';
import { VirtualDrive } from './virtual-drive.js';

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
  return (await reachControlSocket(folder)) ?? controlsOf(await VirtualDrive.open(folder));
}
