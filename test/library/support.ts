import { onTestFinished } from 'vitest';
import { VirtualChanger } from '../../src/backends/virtual/virtual-changer.js';
import { TapeLibrary } from '../../src/library/tape-library.js';
import type { VirtualLibraryOptions } from '../../src/virtual/index.js';
import { newLibraryFolder } from '../virtual/library/support.js';

/** A library of 6 slots with 4 cartridges, until the test ends; `virtual` is the operator's hand, and what goes wrong. */
export async function newTapeLibrary(options?: VirtualLibraryOptions) {
  const folder = await newLibraryFolder({ cartridges: 4, slots: 6, ...options });
  const device = `virtual:${folder}`;
  const library = await TapeLibrary.open(device);
  const changer = await VirtualChanger.open({ device, folder });
  onTestFinished(async () => {
    await library.close();
    await changer.close();
  });
  const node = (number: number) => `${device}/drives/${number}`;
  return { library, changer, virtual: changer.library, device, folder, node };
}
