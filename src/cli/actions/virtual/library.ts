import { reachLibrary } from '../../../virtual/control/library-controls.js';
import { parseLibraryFault } from '../../../virtual/control/requests.js';
import {
  createVirtualLibrary,
  type LibraryControls,
  openLibraryControls,
  requireLibraryTraits,
} from '../../../virtual/index.js';
import { readDocument } from '../../input/document.js';
import { parseCount, parseSeconds, parseSize } from '../../input/numbers.js';
import { visible } from '../../output/terminal.js';
import type { CommonOptions } from '../../run/action.js';
import { type NamedOrNewFlags, namedOrNew } from './new-cartridge.js';
import { notServed } from './served.js';

interface CreateOptions extends CommonOptions {
  readonly drives?: string;
  readonly slots?: string;
  readonly mailSlots?: string;
  readonly magazines?: string;
  readonly cleaning?: string;
  readonly cartridges?: string;
  readonly generation?: string;
  readonly capacity?: string;
  readonly serial?: string;
  readonly handling?: string;
  readonly travel?: string;
  readonly scan?: string;
  readonly load?: string;
  readonly unloadsDrives?: boolean;
  readonly trait?: readonly string[];
}

export async function createLibrary(options: CreateOptions, folder: string) {
  const { capacity, serial, load, unloadsDrives, trait } = options;
  await createVirtualLibrary(folder, {
    ...numbersOf(
      options,
      ['drives', 'slots', 'mailSlots', 'magazines', 'cleaning', 'cartridges', 'generation'],
      parseCount,
    ),
    speed: numbersOf(options, ['handling', 'travel', 'scan'], parseSeconds),
    ...(load !== undefined && { drive: { loadSeconds: parseSeconds(load) } }),
    ...(capacity !== undefined && { capacityBytes: parseSize(capacity) }),
    ...(serial !== undefined && { serial }),
    ...(unloadsDrives !== undefined && { unloadsDrives }),
    ...(trait !== undefined && { traits: requireLibraryTraits(trait) }),
  });
  return withLibrary(folder, async () => undefined);
}

/** The given options, as numbers. */
function numbersOf<K extends string>(
  options: { readonly [P in K]?: string },
  names: readonly K[],
  parse: (text: string) => number,
): { readonly [P in K]?: number } {
  const given = names.flatMap((name) => (options[name] === undefined ? [] : [[name, parse(options[name])] as const]));
  return Object.fromEntries(given) as { readonly [P in K]?: number };
}

export async function importCartridge(options: NamedOrNewFlags, folder: string, name?: string) {
  const cartridge = namedOrNew(options, name);
  return withLibrary(folder, (library) => library.import(cartridge));
}

export function exportCartridge(_options: CommonOptions, folder: string, name: string) {
  return withLibrary(folder, (library) => library.export(name));
}

export function removeMagazine(_options: CommonOptions, folder: string, number: string) {
  return withLibrary(folder, (library) => library.removeMagazine(parseCount(number)));
}

export function insertMagazine(_options: CommonOptions, folder: string, number: string) {
  return withLibrary(folder, (library) => library.insertMagazine(parseCount(number)));
}

export function resetLibrary(folder: string) {
  return withLibrary(folder, (library) => library.reset());
}

/** Faults last only until the library is closed, so it must be served. */
export async function setLibraryFaults(folder: string, path?: string) {
  const faults = path === undefined ? {} : await readDocument(path, parseLibraryFault, 'list of faults of a library');
  const library = await reachLibrary(folder);
  if (library === undefined) throw notServed(folder);
  return withControls(folder, library, () => library.setFaults(faults));
}

async function withLibrary(folder: string, work: (library: LibraryControls) => Promise<void>) {
  return withControls(folder, await openLibraryControls(folder), work);
}

/** Applies an action to a folder's library and returns its resulting content. */
async function withControls(
  folder: string,
  library: LibraryControls,
  work: (library: LibraryControls) => Promise<void>,
) {
  try {
    await work(library);
    const state = await library.state();
    const device = `virtual:${folder}`;
    const full = state.elements.flatMap(({ element, type, cartridge }) => {
      return cartridge === null ? [] : [`  ${type} ${element}: ${cartridge}`];
    });
    const out = state.magazinesOut.map((number) => `  magazine ${number} is out`);
    const lines = [`${device}: ${state.identity.product}, ${state.elements.length} elements`, ...full, ...out];
    return { document: { device, ...state }, text: lines.map(visible).join('\n') };
  } finally {
    await library.close();
  }
}
