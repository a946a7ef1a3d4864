import type { LtoProvider } from '../../../src/provider/provider.js';
import type { ArchiveRecorder, CatalogueChange } from '../../../src/provider/record/changes.js';
import { collect } from '../../conformance/conformance.js';

/** The content of a small archive. */
export function content(value: number, bytes = 10_000): Buffer {
  return Buffer.alloc(bytes, value);
}

/** The first byte of an archive. */
export async function firstByte(provider: LtoProvider, id: string, location: number): Promise<number | undefined> {
  const data = await collect(await provider.readArchive(id, location));
  return data[0];
}

/** A catalogue that keeps what it is told, and fails while it is told to. */
export function listener() {
  const told: CatalogueChange[] = [];
  const state = { fails: false };
  const catalogue: ArchiveRecorder = {
    apply: async (changes) => {
      if (state.fails) throw new Error('the disk is full');
      told.push(...changes);
    },
  };
  return { told, state, catalogue };
}

/** What is overwritten from where. */
export function overwritten(told: readonly CatalogueChange[]): string[] {
  return told.flatMap((change) => (change.type === 'overwritten' ? [`${change.cartridge} ${change.from}`] : []));
}
