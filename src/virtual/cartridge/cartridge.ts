import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidArgumentError, MediumError } from '../../errors/index.js';
import { asciiPad, canRead, canWrite, type FormatFacts, LTO_FORMATS } from '../../scsi/index.js';
import { unlessFull } from '../host/host-file.js';
import { createOwn } from '../host/json-file.js';
import { type Limits, limitsOf } from './capacity.js';
import {
  type CartridgeMemory,
  type HostAttribute,
  loadMemory,
  type MediumFacts,
  type NewMedium,
  saveMemory,
  UNUSED,
} from './cartridge-memory.js';
import { TapImage } from './tap-image.js';

const REMEMBERED_DRIVES = 4;
/** MAM attribute of the barcode, which a library writes when it first sees the cartridge. */
const BARCODE = 0x0806;

/**
 * A cartridge in a drive: `cartridges/<name>/` with `memory.json` and one `.tap` image for each partition (`.json` if it
 * discards data).
 */
export class Cartridge {
  readonly name: string;
  #memory: CartridgeMemory;
  readonly #folder: string;
  #images: readonly TapImage[];
  readonly #format: FormatFacts;

  private constructor(name: string, folder: string, memory: CartridgeMemory, images: readonly TapImage[]) {
    this.name = name;
    this.#folder = folder;
    this.#memory = memory;
    this.#images = images;
    this.#format = formatOf(memory);
  }

  get memory(): CartridgeMemory {
    return this.#memory;
  }

  /** Creates a blank cartridge without opening it. Rejects if one of that name exists. */
  static async create(driveFolder: string, { loads = 0, ...medium }: NewMedium): Promise<void> {
    const folder = folderOf(driveFolder, medium.barcode);
    const value = asciiPad(medium.barcode, 32);
    await mkdir(join(driveFolder, CARTRIDGES), { recursive: true });
    await mkdir(folder).catch((cause: NodeJS.ErrnoException) => {
      throw new InvalidArgumentError(`the cartridge ${medium.barcode} can't be made`, { cause, errno: cause.code });
    });
    if (!medium.discardsData) await createImage(imagePath(folder, 0));
    await saveMemory(join(folder, MEMORY), {
      medium,
      usage: { ...UNUSED, loads },
      partitions: [medium.capacityBytes],
      attributes: new Map([[BARCODE, { format: 'ascii', value }]]),
    });
  }

  static async open(driveFolder: string, name: string): Promise<Cartridge> {
    const folder = folderOf(driveFolder, name);
    const memory = await loadMemory(join(folder, MEMORY));
    return new Cartridge(name, folder, memory, await openImages(folder, memory));
  }

  get partitions(): number {
    return this.#images.length;
  }

  /** The tape of a partition. Throws InvalidArgumentError when there is no such partition. */
  image(partition: number): TapImage {
    const image = this.#images[partition];
    if (image === undefined) throw new InvalidArgumentError(`the cartridge ${this.name} has no partition ${partition}`);
    return image;
  }

  /** Number of logical objects in a partition; 0 if there is no such partition. */
  objectsOf(partition: number): number {
    return this.#images[partition]?.objects ?? 0;
  }

  /** Bytes of a partition that may hold records. */
  bytesOf(partition: number): number {
    return this.memory.partitions[partition] ?? 0;
  }

  limits(partition: number, earlyWarningBytes: number | undefined): Limits {
    return limitsOf(this.bytesOf(partition), earlyWarningBytes);
  }

  readableIn(driveGeneration: number): boolean {
    const { format } = this.#format;
    return canRead(driveGeneration, format);
  }

  writableIn(driveGeneration: number): boolean {
    const { format } = this.#format;
    return canWrite(driveGeneration, format);
  }

  /** Medium type of the mode parameter header. */
  mediumType(): number {
    const { data, worm } = this.#format.mediumType;
    return this.memory.medium.kind === 'worm' ? (worm ?? data) : data;
  }

  /** Replaces the partitions with blank ones. */
  async format(partitions: readonly number[]): Promise<void> {
    for (const image of this.#images) await image.truncate(0);
    const usage = { ...this.memory.usage, initializations: this.memory.usage.initializations + 1 };
    this.#memory = { ...this.memory, partitions, usage };
    await this.save();
    for (const image of this.#images) await image.close();
    this.#images = await openImages(this.#folder, this.memory);
  }

  countLoad({ vendor, serial }: { readonly vendor: string; readonly serial: string }): void {
    const { usage } = this.memory;
    usage.loads += 1;
    usage.bytesWrittenThisLoad = 0;
    usage.bytesReadThisLoad = 0;
    usage.lastDrives = [{ vendor, serial }, ...usage.lastDrives].slice(0, REMEMBERED_DRIVES);
  }

  /** Replaces the attributes of hosts. They are on disk when this resolves, and unchanged if it rejects. */
  async writeAttributes(attributes: Map<number, HostAttribute>): Promise<void> {
    const memory = { ...this.memory, attributes };
    await saveMemory(join(this.#folder, MEMORY), memory);
    this.#memory = memory;
  }

  /** Writes the cartridge memory to disk. */
  async save(): Promise<void> {
    await saveMemory(join(this.#folder, MEMORY), this.memory);
  }

  /** Syncs all data, and the cartridge memory, to disk. */
  async sync(): Promise<void> {
    for (const image of this.#images) await image.sync();
    await this.save();
  }

  async close(): Promise<void> {
    for (const image of this.#images) await image.sync();
    await this.save().catch(unlessFull);
    for (const image of this.#images) await image.close();
  }
}

/** Opens the images of all partitions. A partition that was never written gets an empty one. */
async function openImages(folder: string, { medium, partitions }: CartridgeMemory): Promise<TapImage[]> {
  const images: TapImage[] = [];
  for (const partition of partitions.keys()) images.push(await openImage(folder, medium, partition));
  return images;
}

async function openImage(folder: string, medium: MediumFacts, partition: number): Promise<TapImage> {
  const path = medium.discardsData ? join(folder, `partition-${partition}.json`) : imagePath(folder, partition);
  if (partition > 0 && !medium.discardsData && !(await exists(path))) await createImage(path);
  const opened = medium.discardsData
    ? TapImage.openDiscarding(path)
    : TapImage.open(path, { readOnly: medium.writeProtected });
  return opened.catch((cause) => {
    throw new MediumError(`the tape image ${path} can't be read`, { cause });
  });
}

async function createImage(path: string): Promise<void> {
  await (await createOwn(path)).close();
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function formatOf({ medium }: CartridgeMemory): FormatFacts {
  const facts = LTO_FORMATS.find(({ densityCode }) => densityCode === medium.densityCode);
  if (facts !== undefined) return facts;
  throw new MediumError(`the density code ${medium.densityCode} of the cartridge memory belongs to no LTO format`);
}

const CARTRIDGES = 'cartridges';
const MEMORY = 'memory.json';

function folderOf(driveFolder: string, name: string): string {
  return join(driveFolder, CARTRIDGES, name);
}

function imagePath(folder: string, partition: number): string {
  return join(folder, `partition-${partition}.tap`);
}
