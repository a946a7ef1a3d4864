import { onTestFinished } from 'vitest';
import { VirtualChanger } from '../../../src/backends/virtual/virtual-changer.js';
import type { MountEvent } from '../../../src/library/mount/events.js';
import { LtoProvider } from '../../../src/provider/provider.js';
import type { ProviderOptions } from '../../../src/provider/provider-options.js';
import type { VirtualLibrary, VirtualLibraryOptions } from '../../../src/virtual/index.js';
import { newLibraryFolder } from '../../virtual/library/support.js';

export interface LibraryBench {
  readonly provider: LtoProvider;
  /** The operator's hand, and what goes wrong. */
  readonly virtual: VirtualLibrary;
  readonly device: string;
  readonly events: MountEvent[];
  /** Another provider of the same library. */
  readonly another: (settings?: Record<string, unknown>, options?: ProviderOptions) => LtoProvider;
}

/** A provider on a new library with labelled cartridges. */
export async function newLibraryBench(
  settings: Record<string, unknown> = {},
  library: VirtualLibraryOptions = {},
  options: ProviderOptions = {},
): Promise<LibraryBench> {
  const folder = await newLibraryFolder({ cartridges: 4, slots: 6, capacityBytes: 48 * 2 ** 20, ...library });
  const device = `virtual:${folder}`;
  const changer = await VirtualChanger.open({ device, folder });
  const events: MountEvent[] = [];
  const onMountEvent = (event: MountEvent) => events.push(event);
  const another = (more: Record<string, unknown> = {}, others: ProviderOptions = {}) => {
    const made = new LtoProvider({ library: device, ...more }, others);
    onTestFinished(() => made.close().catch(() => undefined));
    return made;
  };
  onTestFinished(() => changer.close());
  const provider = another(settings, { onMountEvent, ...options });
  return { provider, virtual: changer.library, device, events, another };
}

/** What is where: `slot 1001`. */
export function placeOf({ elements }: VirtualLibrary, barcode: string): string | undefined {
  const found = elements.find(({ cartridge }) => cartridge === barcode);
  return found && `${found.type} ${found.element}`;
}
