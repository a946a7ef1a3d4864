import type { CartridgeOptions } from '../cartridge/cartridge-options.js';
import type { DriveIdentity } from '../drive/drive-record.js';
import type { Fault } from '../unit/faults.js';

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
