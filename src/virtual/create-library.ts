import { LONGEST_DELAY_MS, type NumberRange, requireNumbers } from '../arguments/number.js';
import { type OptionNames, requireKnownNames } from '../arguments/option-names.js';
import { requireNonEmptyText, requireRecord } from '../arguments/options.js';
import { InvalidArgumentError } from '../errors/index.js';
import { generationFacts } from '../scsi/index.js';
import { Cartridge } from './cartridge/cartridge.js';
import { type CartridgeOptions, mediumFacts } from './cartridge/cartridge-options.js';
import { makeDrive, planDrive, type VirtualDriveOptions } from './create.js';
import { makeEmptyFolder } from './host/empty-folder.js';
import { ElementMap, MOST_ELEMENTS } from './library/element-map.js';
import { driveFolder } from './library/library-folder.js';
import { libraryPoweredOn, type RobotSpeed, type Stored, saveLibrary } from './library/library-record.js';
import type { LibraryTrait } from './library/traits/trait-names.js';
import { requireLibraryTraits } from './library/traits/traits.js';
import { randomSerial, requireIdentity, VENDOR } from './unit/identity.js';

/** A new virtual library. */
export interface VirtualLibraryOptions {
  /** 1 to 100; 2 by default. */
  readonly drives?: number;
  /** Storage elements, 1 to 64,000; 8 by default. */
  readonly slots?: number;
  /** Import/export elements, 0 to 900; 2 by default. */
  readonly mailSlots?: number;
  /** Magazines that the slots are divided among, and that an operator can take out; none by default. */
  readonly magazines?: number;
  /** How many slots have a cleaning cartridge, the last ones; none by default. */
  readonly cleaning?: number;
  /** LTO generation of the drives and cartridges; 8 by default. */
  readonly generation?: number;
  /** The cartridges in the first slots, or how many; by default one in each slot that has no cleaning cartridge. */
  readonly cartridges?: number | readonly CartridgeOptions[];
  /** Capacity of each cartridge that is made by number; by default the generation's native capacity. */
  readonly capacityBytes?: number;
  /** Options of all drives. */
  readonly drive?: Omit<VirtualDriveOptions, 'cartridge' | 'generation' | 'serial'>;
  /** Seconds that the robot needs for each step; 0 by default. */
  readonly speed?: Partial<RobotSpeed>;
  /** Drives are unloaded when a move takes their cartridge; otherwise it is refused while they hold it (the default). */
  readonly unloadsDrives?: boolean;
  /** Traits: permanent differences in how the library answers. */
  readonly traits?: readonly LibraryTrait[];
  /** As `VirtualDriveOptions.vendor`. */
  readonly vendor?: string;
  readonly product?: string;
  readonly serial?: string;
}

const LIBRARY_OPTIONS: OptionNames<VirtualLibraryOptions> = {
  drives: true,
  slots: true,
  mailSlots: true,
  magazines: true,
  cleaning: true,
  generation: true,
  cartridges: true,
  capacityBytes: true,
  drive: true,
  speed: true,
  unloadsDrives: true,
  traits: true,
  vendor: true,
  product: true,
  serial: true,
};
const SPEED_OPTIONS: OptionNames<RobotSpeed> = { handling: true, travel: true, scan: true };
const CREATE = { operation: 'create' };

const SECONDS: NumberRange = { min: 0, max: LONGEST_DELAY_MS / 1000, unit: 'seconds', fractions: true };
const MOST_CLEANING = 99;
const DEFAULT_GENERATION = 8;

/**
 * Makes a virtual library: `folder` with `library.json`, the drives under `drives/1`, `drives/2`, …, and all cartridges
 * under `cartridges/`. Rejects with InvalidArgumentError when the folder is not empty, or for a value that no library can
 * have.
 */
export async function createVirtualLibrary(folder: string, options: VirtualLibraryOptions = {}): Promise<void> {
  requireNonEmptyText('folder', folder, CREATE);
  requireRecord('options', options, CREATE);
  requireKnownNames(options, LIBRARY_OPTIONS, CREATE, 'option of a virtual library');
  const { drives = 2, slots = 8, mailSlots = 2, magazines = 0, cleaning = 0 } = options;
  const { generation = DEFAULT_GENERATION } = options;
  const { drive = {}, speed = {}, unloadsDrives = false } = options;
  requireRecord('drive', drive, CREATE);
  requireRecord('speed', speed, CREATE);
  requireKnownNames(speed, SPEED_OPTIONS, CREATE, 'time of a robot');
  const traits = options.traits && requireLibraryTraits(options.traits);
  const { vendor = VENDOR, product = 'VIRTUAL LIBRARY', serial = randomSerial() } = options;
  requireNumbers(
    { drives, slots, mailSlots, magazines, cleaning },
    {
      drives: { min: 1, max: MOST_ELEMENTS.drives, unit: 'drives' },
      slots: { min: 1, max: MOST_ELEMENTS.slots, unit: 'slots' },
      mailSlots: { min: 0, max: MOST_ELEMENTS.mailSlots, unit: 'mail slots' },
      magazines: { min: 0, max: slots, unit: 'magazines' },
      cleaning: { min: 0, max: Math.min(slots, MOST_CLEANING), unit: 'cleaning cartridges' },
    },
  );
  requireNumbers({ ...speed }, { handling: SECONDS, travel: SECONDS, scan: SECONDS });
  const identity = { ...requireIdentity({ vendor, product, serial }), revision: '0001' };
  const media = mediaOf(options, slots - cleaning).map((cartridge) => mediumFacts(cartridge, generation));
  const cleaners = Array.from({ length: cleaning }, (_, index) => {
    return mediumFacts({ barcode: `CLNU${String(index + 1).padStart(2, '0')}L1`, cleaning: true }, generation);
  });
  requireDistinct([...media, ...cleaners].map(({ barcode }) => barcode));
  const plans = Array.from({ length: drives }, () => planDrive({ ...drive, generation, cartridge: false }, true));
  await makeEmptyFolder(folder, 'library');
  for (const medium of [...media, ...cleaners]) await Cartridge.create(folder, medium);
  for (const [index, plan] of plans.entries()) await makeDrive(driveFolder(folder, index + 1), plan);
  const first = new ElementMap({ drives, slots, mailSlots }).first('storage');
  const inSlots = [
    ...media.map((medium, index) => [first + index, medium] as const),
    ...cleaners.map((medium, index) => [first + slots - cleaning + index, medium] as const),
  ];
  const stored = inSlots.map(([element, { barcode, kind }]): [number, Stored] => {
    return [element, { cartridge: barcode, kind, source: element }];
  });
  await saveLibrary(folder, {
    identity,
    settings: {
      drives,
      slots,
      mailSlots,
      magazines,
      unloadsDrives,
      traits,
      speed: { handling: 0, travel: 0, scan: 0, ...speed },
    },
    memory: libraryPoweredOn({ stored: Object.fromEntries(stored) }),
    closed: false,
  });
}

function mediaOf(
  { cartridges, capacityBytes, generation = DEFAULT_GENERATION }: VirtualLibraryOptions,
  room: number,
): readonly CartridgeOptions[] {
  const count = Array.isArray(cartridges) ? cartridges.length : ((cartridges as number | undefined) ?? room);
  requireNumbers({ cartridges: count }, { cartridges: { min: 0, max: room, unit: 'cartridges' } });
  if (Array.isArray(cartridges)) return cartridges as readonly CartridgeOptions[];
  const suffix = generationFacts(generation)?.barcodeSuffix.data ?? '';
  return Array.from({ length: count }, (_, index) => ({
    barcode: `A${String(index + 1).padStart(5, '0')}${suffix}`,
    ...(capacityBytes !== undefined && { capacityBytes }),
  }));
}

function requireDistinct(barcodes: readonly string[]): void {
  const twice = barcodes.find((barcode, index) => barcodes.indexOf(barcode) !== index);
  if (twice !== undefined) throw new InvalidArgumentError(`the barcode ${twice} is used twice in one library`);
}
