import { InvalidArgumentError } from '../../errors/index.js';
import { LtoProvider } from '../../provider/provider.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import type { ProviderSettings } from '../../provider/session/configuration-schema.js';
import { namesCartridge, requireCartridge } from './cartridge-options.js';
import { closedAfter } from './closing.js';
import { type DeviceOptions, requireDevice } from './device.js';
import { tellMountEvent } from './mount-events.js';

/**
 * Runs `work` with a provider for the drive that the options or LTO_DEVICE name, or for the library of their cartridge.
 * The provider is closed even if `work` fails; a library then puts the cartridges back.
 */
export async function withProvider<T>(
  options: DeviceOptions,
  settings: Omit<ProviderSettings, 'devicePath' | 'library'>,
  { keyStore, catalogue }: Pick<ProviderOptions, 'keyStore' | 'catalogue'>,
  work: (provider: LtoProvider) => Promise<T>,
): Promise<T> {
  if (options.keep) throw new InvalidArgumentError('--keep is of work with one cartridge', { next: 'Leave it out' });
  const where = namesCartridge(options)
    ? { library: requireCartridge(options).library }
    : { devicePath: requireDevice(options) };
  const provider = new LtoProvider({ ...settings, ...where }, { keyStore, catalogue, onMountEvent: tellMountEvent });
  return closedAfter(work(provider), () => provider.close());
}
