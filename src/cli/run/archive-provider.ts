import type { KeyStore } from '../../keys/key-store.js';
import { LtoProvider } from '../../provider/provider.js';
import { closedAfter } from './closing.js';
import { requireDevice } from './device.js';
import { tellMountEvent } from './mount-events.js';

/** A drive, or a library that mounts each requested cartridge. */
export interface ArchiveDevice {
  readonly device?: string | undefined;
  readonly library?: string | undefined;
}

/** Runs `work` with a provider; `work` names the cartridges itself. */
export function withArchiveProvider<T>(
  { device, library }: ArchiveDevice,
  keyStore: KeyStore,
  work: (provider: LtoProvider) => Promise<T>,
): Promise<T> {
  const where = library === undefined ? { devicePath: requireDevice({ device }) } : { library };
  const provider = new LtoProvider(where, { keyStore, onMountEvent: tellMountEvent });
  return closedAfter(work(provider), () => provider.close());
}
