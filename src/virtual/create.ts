import {
  LARGEST_COUNT,
  LONGEST_DELAY_MS,
  type NumberRange,
  requireNumber,
  requireNumbers,
} from '../arguments/number.js';
import { type OptionNames, requireKnownNames } from '../arguments/option-names.js';
import { requireNonEmptyText, requireRecord } from '../arguments/options.js';
import { type DriveCapture, requireCapture } from './capture/capture.js';
import { saveCapture } from './capture/capture-file.js';
import { Cartridge } from './cartridge/cartridge.js';
import type { MediumFacts } from './cartridge/cartridge-memory.js';
import { type CartridgeOptions, mediumFacts } from './cartridge/cartridge-options.js';
import {
  type DriveRecord,
  type EncryptionSettings,
  NEW_DRIVE,
  poweredOn,
  saveDrive,
  type VirtualDriveIdentity,
} from './drive/drive-record.js';
import { speedFacts } from './drive/drive-speeds.js';
import { type SpeedName, type Trait, VIRTUAL_GENERATIONS } from './drive/names.js';
import type { SpeedFacts } from './drive/speed-model.js';
import { makeEmptyFolder } from './host/empty-folder.js';
import { requireTraits } from './traits/traits.js';
import { randomSerial, requireIdentity, VENDOR } from './unit/identity.js';

/** A new virtual drive. */
export interface VirtualDriveOptions {
  /** LTO generation, one of `VIRTUAL_GENERATIONS`; 8 by default. */
  readonly generation?: number;
  /** 1 to 32 letters, digits and underscores; by default a random one. */
  readonly serial?: string;
  /** At most 8 printable ASCII characters. */
  readonly vendor?: string;
  /** At most 16 printable ASCII characters. */
  readonly product?: string;
  /** The cartridge that is in the drive, loaded; `false` for none. */
  readonly cartridge?: CartridgeOptions | false;
  /** Seconds that a load takes; 0 by default. */
  readonly loadSeconds?: number;
  /** Size of the early-warning zone; by default the smaller of 1 % of the capacity and 64 MiB. */
  readonly earlyWarningBytes?: number;
  /**
   * Without `speed`: number of the most recently written bytes that stay in the drive's buffer, not on the medium,
   * until it is flushed; default 0. With `speed`, the speed model decides what is in the buffer.
   */
  readonly bufferBytes?: number;
  /** Speed of the drive: by the name of a generation, or by facts. By default as fast as the machine. */
  readonly speed?: SpeedName | SpeedFacts;
  /** Encryption features of the drive. */
  readonly encryption?: EncryptionSettings;
  /** Traits: permanent differences in how the drive, or the path to it, answers. */
  readonly traits?: readonly Trait[];
  /**
   * What another drive has told, made by `captureDrive`: this one gives the same reports of itself and of its cartridge,
   * whatever is set or written. Tape, positions and encryption are its own.
   */
  readonly capture?: DriveCapture;
}

const DRIVE_OPTIONS: OptionNames<VirtualDriveOptions> = {
  generation: true,
  serial: true,
  vendor: true,
  product: true,
  cartridge: true,
  loadSeconds: true,
  earlyWarningBytes: true,
  bufferBytes: true,
  speed: true,
  encryption: true,
  traits: true,
  capture: true,
};
const ENCRYPTION_OPTIONS: OptionNames<EncryptionSettings> = {
  algorithmIndex: true,
  byLibrary: true,
  clearKeyOnDemount: true,
  lock: true,
};
const CREATE = { operation: 'create' };

const LOAD_SECONDS: NumberRange = { min: 0, max: LONGEST_DELAY_MS / 1000, unit: 'seconds', fractions: true };
const GENERATIONS: NumberRange = {
  min: Math.min(...VIRTUAL_GENERATIONS),
  max: Math.max(...VIRTUAL_GENERATIONS),
  unit: 'LTO generations',
};
const BYTES: NumberRange = { min: 0, max: LARGEST_COUNT, unit: 'bytes' };
const DEFAULT_GENERATION = 8;

/**
 * Makes a virtual drive: `folder` with `drive.json`, and the cartridge that is in it under `cartridges/`.
 * Rejects with InvalidArgumentError when the folder is not empty, or for a value that no drive can have.
 */
export async function createVirtualDrive(folder: string, options: VirtualDriveOptions = {}): Promise<void> {
  requireNonEmptyText('folder', folder, CREATE);
  await makeDrive(folder, planDrive(options));
}

/** A drive that is to be made. */
export interface DrivePlan {
  readonly record: DriveRecord;
  /** The cartridge that is in it. */
  readonly medium: MediumFacts | undefined;
  readonly capture?: DriveCapture | undefined;
}

/**
 * Throws InvalidArgumentError for a value that no drive can have. A drive that is in a library is opened by it alone.
 */
export function planDrive(options: VirtualDriveOptions, inLibrary = false): DrivePlan {
  requireRecord('options', options, CREATE);
  requireKnownNames(options, DRIVE_OPTIONS, CREATE, 'option of a virtual drive');
  if (options.cartridge !== undefined && options.cartridge !== false) requireRecord('the cartridge', options.cartridge);
  if (options.encryption !== undefined) {
    requireRecord('encryption', options.encryption);
    requireKnownNames(options.encryption, ENCRYPTION_OPTIONS, CREATE, 'option of encryption');
  }
  const { cartridge = {}, loadSeconds = 0, earlyWarningBytes, bufferBytes, encryption } = options;
  const traits = options.traits && requireTraits(options.traits);
  const speed = options.speed === undefined ? undefined : speedFacts(options.speed);
  const identity = identityOf(options);
  requireNumber('loadSeconds', loadSeconds, LOAD_SECONDS);
  requireNumbers({ earlyWarningBytes, bufferBytes }, { earlyWarningBytes: BYTES, bufferBytes: BYTES });
  const medium = cartridge === false ? undefined : mediumFacts(cartridge, identity.generation);
  const record: DriveRecord = {
    identity,
    settings: {
      loadSeconds,
      earlyWarningBytes,
      bufferBytes,
      speed,
      encryption,
      traits,
      ...(inLibrary && { inLibrary }),
    },
    memory: poweredOn(medium?.barcode ?? null, medium !== undefined),
    life: {
      ...NEW_DRIVE,
      loads: medium === undefined ? 0 : 1,
      cleanings: medium?.kind === 'cleaning' ? 1 : 0,
    },
    closed: false,
  };
  const capture = options.capture === undefined ? undefined : requireCapture(options.capture);
  return { record, medium, capture };
}

/** Makes what was planned. Rejects with InvalidArgumentError when the folder is not empty. */
export async function makeDrive(folder: string, { record, medium, capture }: DrivePlan): Promise<void> {
  await makeEmptyFolder(folder, 'drive');
  if (medium !== undefined) await createLoaded(folder, medium, record.identity);
  if (capture !== undefined) await saveCapture(folder, capture);
  await saveDrive(folder, record);
}

/** A cartridge that is in a drive has been loaded once. */
async function createLoaded(folder: string, medium: MediumFacts, drive: VirtualDriveIdentity): Promise<void> {
  await Cartridge.create(folder, medium);
  const cartridge = await Cartridge.open(folder, medium.barcode);
  cartridge.countLoad(drive);
  await cartridge.save();
  await cartridge.close();
}

function identityOf({ generation = DEFAULT_GENERATION, ...options }: VirtualDriveOptions): VirtualDriveIdentity {
  requireNumber('generation', generation, GENERATIONS);
  const { vendor = VENDOR, product = `VIRTUAL LTO-${generation}`, serial = randomSerial() } = options;
  return { ...requireIdentity({ vendor, product, serial }), revision: '0001', generation };
}
