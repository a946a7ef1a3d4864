import type { CartridgeOptions } from '../cartridge/cartridge-options.js';
import type { LibraryElement } from '../library/library.js';
import type { LibraryFault } from '../library/library-faults.js';
import type { LibraryIdentity } from '../library/library-record.js';
import { ControlClient } from './client.js';
import type { LibraryRequest } from './requests.js';

/** The state of a library as an operator sees it. */
export interface LibraryState {
  readonly identity: LibraryIdentity;
  readonly elements: readonly LibraryElement[];
  /** Names of the cartridges that were taken out. */
  readonly outside: readonly string[];
  /** Numbers of the magazines that are out; the cartridges in them are listed among the elements. */
  readonly magazinesOut: readonly number[];
  readonly faults: LibraryFault;
}

/** What an operator can do at the library; its initiators are informed by unit attentions. */
export interface LibraryControls {
  state(): Promise<LibraryState>;
  /** As `VirtualLibrary.import`. */
  import(cartridge: string | CartridgeOptions): Promise<void>;
  /** As `VirtualLibrary.export`. */
  export(cartridge: string): Promise<void>;
  /** As `VirtualLibrary.removeMagazine`. */
  removeMagazine(magazine: number): Promise<void>;
  /** As `VirtualLibrary.insertMagazine`. */
  insertMagazine(magazine: number): Promise<void>;
  /** As `VirtualLibrary.reset`. */
  reset(): Promise<void>;
  /** Sets the faults to inject and restarts all counts. They last until the library is closed. */
  setFaults(faults: LibraryFault): Promise<void>;
  close(): Promise<void>;
}

/** Carries out a request; resolves with the state after it. Rejects with ZodError for an invalid request. */
export async function serveLibraryControls(controls: LibraryControls, message: unknown): Promise<LibraryState> {
  const { LIBRARY_REQUEST } = await import('./requests.js');
  const request = LIBRARY_REQUEST.parse(message);
  if (request.do === 'import') await controls.import(request.cartridge);
  if (request.do === 'export') await controls.export(request.cartridge);
  if (request.do === 'remove-magazine') await controls.removeMagazine(request.magazine);
  if (request.do === 'insert-magazine') await controls.insertMagazine(request.magazine);
  if (request.do === 'reset') await controls.reset();
  if (request.do === 'faults') await controls.setFaults(request.faults);
  return controls.state();
}

/** The controls of a served library; undefined if it is not served. Rejects with the error of any other failure. */
export async function reachLibrary(folder: string): Promise<LibraryControls | undefined> {
  const client = await ControlClient.reach(folder);
  if (client === undefined) return undefined;
  const { LIBRARY_STATE } = await import('./requests.js');
  const ask = async (request: LibraryRequest) => LIBRARY_STATE.parse(await client.ask(request)) as LibraryState;
  return {
    state: () => ask({ do: 'state' }),
    import: async (cartridge) => void (await ask({ do: 'import', cartridge })),
    export: async (cartridge) => void (await ask({ do: 'export', cartridge })),
    removeMagazine: async (magazine) => void (await ask({ do: 'remove-magazine', magazine })),
    insertMagazine: async (magazine) => void (await ask({ do: 'insert-magazine', magazine })),
    reset: async () => void (await ask({ do: 'reset' })),
    setFaults: async (faults) => void (await ask({ do: 'faults', faults })),
    close: () => client.close(),
  };
}
