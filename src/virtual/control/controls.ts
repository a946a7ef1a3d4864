import type { CartridgeOptions } from '../cartridge/cartridge-options.js';
import type { DriveIdentity } from '../drive/drive-record.js';
import type { Fault } from '../drive/faults.js';
import { VirtualDrive } from '../virtual-drive.js';
import { reachDoor } from './client.js';

/** What a hand at the drive can see of it. */
export interface DriveState {
  readonly identity: DriveIdentity;
  /** Name of the cartridge that is in the drive. */
  readonly cartridge: string | null;
  readonly faults: readonly Fault[];
}

/** What a hand at the drive can do; its initiators are told by unit attentions. */
export interface DriveControls {
  state(): Promise<DriveState>;
  /** As `VirtualDrive.insert`. */
  insert(cartridge: string | CartridgeOptions): Promise<void>;
  /** As `VirtualDrive.remove`. */
  remove(): Promise<void>;
  /** As `VirtualDrive.reset`. */
  reset(): Promise<void>;
  /** Sets what is to go wrong, and starts all counts anew. It lasts until the drive is closed. */
  setFaults(faults: readonly Fault[]): Promise<void>;
  close(): Promise<void>;
}

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
 * The controls of the drive of a folder: through the door of the process that serves it, or by opening it.
 * Rejects as `VirtualDrive.open` does.
 */
export async function openControls(folder: string): Promise<DriveControls> {
  return (await reachDoor(folder)) ?? controlsOf(await VirtualDrive.open(folder));
}
