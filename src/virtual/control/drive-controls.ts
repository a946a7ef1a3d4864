import type { CartridgeOptions } from '../cartridge/cartridge-options.js';
import type { VirtualDriveIdentity } from '../drive/drive-record.js';
import type { Fault } from '../unit/faults.js';
import { ControlClient } from './client.js';
import type { DriveRequest } from './requests.js';

/** The state of a drive as an operator sees it. */
export interface DriveState {
  readonly identity: VirtualDriveIdentity;
  /** Name of the cartridge in the drive. */
  readonly cartridge: string | null;
  readonly faults: readonly Fault[];
}

/** What an operator can do at the drive; its initiators are informed by unit attentions. */
export interface DriveControls {
  state(): Promise<DriveState>;
  /** As `VirtualDrive.insert`. */
  insert(cartridge: string | CartridgeOptions): Promise<void>;
  /** As `VirtualDrive.remove`. */
  remove(): Promise<void>;
  /** As `VirtualDrive.reset`. */
  reset(): Promise<void>;
  /** Sets the faults to inject and restarts all counts. They last until the drive is closed. */
  setFaults(faults: readonly Fault[]): Promise<void>;
  close(): Promise<void>;
}

/** Carries out a request; resolves with the state after it. Rejects with ZodError for an invalid request. */
export async function serveDriveControls(controls: DriveControls, message: unknown): Promise<DriveState> {
  const { DRIVE_REQUEST } = await import('./requests.js');
  const request = DRIVE_REQUEST.parse(message);
  if (request.do === 'insert') await controls.insert(request.cartridge);
  if (request.do === 'remove') await controls.remove();
  if (request.do === 'reset') await controls.reset();
  if (request.do === 'faults') await controls.setFaults(request.faults);
  return controls.state();
}

/** The controls of a served drive; undefined if it is not served. Rejects with the error of any other failure. */
export async function reachDrive(folder: string): Promise<DriveControls | undefined> {
  const client = await ControlClient.reach(folder);
  if (client === undefined) return undefined;
  const { DRIVE_STATE } = await import('./requests.js');
  const ask = async (request: DriveRequest) => DRIVE_STATE.parse(await client.ask(request)) as DriveState;
  return {
    state: () => ask({ do: 'state' }),
    insert: async (cartridge) => void (await ask({ do: 'insert', cartridge })),
    remove: async () => void (await ask({ do: 'remove' })),
    reset: async () => void (await ask({ do: 'reset' })),
    setFaults: async (faults) => void (await ask({ do: 'faults', faults })),
    close: () => client.close(),
  };
}
