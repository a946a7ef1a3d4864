import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualLibrary, LIBRARY_TRAIT_NAMES, type LibraryTrait } from '../../src/virtual/index.js';

/** What a changer may lack. */
export type ChangerCapability =
  | 'exchange'
  | 'lock'
  | 'alerts'
  | 'identifiers'
  | 'home'
  | 'holds'
  | 'count'
  | 'bad-address'
  | 'whole-report';

/** A library that the suite is run on. */
export interface ChangerBackend {
  readonly name: string;
  /** What it lacks, each with its reason. */
  readonly lacks: Readonly<Partial<Record<ChangerCapability, string>>>;
  /** Whether cartridges may be moved. */
  readonly moves: boolean;
  /** A library with an empty drive, at least two cartridges in slots, and an empty slot. Gives its device. */
  readonly prepare: () => Promise<string>;
  readonly clean: () => Promise<void>;
}

const FEW_COMMANDS = {
  exchange: 'EXCHANGE MEDIUM is not known',
  lock: 'PREVENT ALLOW MEDIUM REMOVAL is not known',
  alerts: 'LOG SENSE is not known',
} as const;

/** What is known of a kind of changer before the suite is run on it. */
const PROFILES = {
  embedded: {},
  'embedded, few-commands': FEW_COMMANDS,
  'embedded, cut-report': {
    'whole-report': 'the trait itself',
    count: 'the last descriptor is not whole',
    identifiers: 'that of the last drive is cut off, and is not guessed',
  },
  'embedded, at-most-1000': { count: 'the trait itself' },
  tgt: {
    ...FEW_COMMANDS,
    'whole-report': 'leaves out the last 8 bytes',
    holds: 'gives the cartridge of a loaded drive',
    identifiers: 'that of the last drive is cut off, and is not guessed',
    home: 'SVALID is never set',
    'bad-address': 'answers 5/24/00',
    count: 'a report of several types is broken',
  },
  /** Not run yet: made from what is published about mhvtl. */
  mhvtl: { alerts: 'not known', exchange: 'not known', count: 'not known' },
  /** A library of the user's. */
  library: {},
} as const satisfies Record<string, ChangerBackend['lacks']>;

/** Traits that need the row of the library that has them: a library without a row is taken at its word. */
const OF_LIBRARY: Readonly<Partial<Record<LibraryTrait, { readonly vendor: string; readonly product: string }>>> = {
  'no-access': { vendor: 'IET', product: 'VIRTUAL-CHANGER' },
  'identifiers-by-curdata': { vendor: 'HPE', product: 'MSL3040' },
  'maker-exceptions': { vendor: 'IBM', product: '3573-TL' },
  'cleaning-exception': { vendor: 'IBM', product: '3573-TL' },
};

type ProfileName = keyof typeof PROFILES;

function isProfile(name: string): name is ProfileName {
  return Object.hasOwn(PROFILES, name);
}

function profileOf(name: string): ChangerBackend['lacks'] {
  return isProfile(name) ? PROFILES[name] : PROFILES.embedded;
}

/** The libraries of this run: the one that is named, that of the kernel lab, or the embedded one with each trait. */
export function changerBackends(): readonly ChangerBackend[] {
  const { LTO_TEST_CHANGER: named, LTO_LAB_CHANGER: lab, LTO_LAB_DRIVE: kind, LTO_LAB_TRAIT: trait } = process.env;
  if (named !== undefined) {
    const { LTO_TEST_PROFILE: profile = 'library', LTO_TEST_MOVES } = process.env;
    if (!isProfile(profile)) throw new Error(`there is no profile ${profile}: ${Object.keys(PROFILES).join(', ')}`);
    return [reached(named, profile, named, LTO_TEST_MOVES === '1')];
  }
  if (lab !== undefined) {
    const name = kind === 'tgt_library' ? 'tgt' : ['embedded', trait].filter(Boolean).join(', ');
    return [reached(`${name} (kernel)`, name, lab, true)];
  }
  return [embedded(), ...LIBRARY_TRAIT_NAMES.map(embedded)];
}

function reached(name: string, profile: string, device: string, moves: boolean): ChangerBackend {
  return { name, lacks: profileOf(profile), moves, prepare: async () => device, clean: async () => undefined };
}

function embedded(trait?: LibraryTrait): ChangerBackend {
  const folders: string[] = [];
  const name = trait === undefined ? 'embedded' : `embedded, ${trait}`;
  return {
    name,
    lacks: profileOf(name),
    moves: true,
    prepare: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'node-lto-changer-'));
      folders.push(folder);
      const path = join(folder, 'library');
      const traits = trait === undefined ? [] : [trait];
      const named = trait === undefined ? {} : OF_LIBRARY[trait];
      await createVirtualLibrary(path, { slots: 5, cartridges: 3, cleaning: 1, capacityBytes: 1e6, traits, ...named });
      return `virtual:${path}`;
    },
    clean: async () => {
      await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
    },
  };
}
