import { InvalidArgumentError } from '../../errors/index.js';
import { type Attention, MAGAZINE_INSERTED, MAGAZINE_REMOVED } from '../unit/nexus.js';
import type { Library } from './library.js';

// Magazines that an operator takes out with the cartridges in them, which stay where they are in the record.

/** Throws InvalidArgumentError for a magazine that there is not, or that is out already. */
export async function removeMagazine(library: Library, magazine: number): Promise<void> {
  requireMagazine(library, magazine, true);
  await library.noteMagazines([...library.magazinesOut, magazine]);
  tell(library, MAGAZINE_REMOVED);
}

/** The library scans the slots of the magazine, but for one that leaves it to INITIALIZE ELEMENT STATUS. Throws as above. */
export async function insertMagazine(library: Library, magazine: number): Promise<void> {
  requireMagazine(library, magazine, false);
  const slots = library.map.addresses('storage').filter((element) => library.map.magazineOf(element) === magazine);
  await library.noteMagazines(library.magazinesOut.filter((other) => other !== magazine));
  if (library.traits.scansOnDemand) for (const element of slots) library.unscanned.add(element);
  else library.takeInventory(slots.length);
  tell(library, MAGAZINE_INSERTED);
}

function tell(library: Library, attention: Attention): void {
  library.attentions.raise(attention);
}

function requireMagazine({ settings, magazinesOut }: Library, magazine: unknown, isIn: boolean): void {
  const { magazines = 0 } = settings;
  const isNumber = Number.isInteger(magazine) && Number(magazine) >= 1 && Number(magazine) <= magazines;
  if (!isNumber) {
    throw new InvalidArgumentError(`there is no magazine ${String(magazine)}`, {
      next: magazines === 0 ? 'Create a library with `magazines`' : `Magazines are numbered from 1 to ${magazines}`,
    });
  }
  if (magazinesOut.includes(Number(magazine)) === isIn) {
    throw new InvalidArgumentError(`magazine ${String(magazine)} is ${isIn ? 'out' : 'in'} already`);
  }
}
