import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidArgumentError, MediumError } from '../errors/index.js';
import { asciiPad, canRead, canWrite, type FormatFacts, LTO_FORMATS } from '../scsi/index.js';
import { type Limits, limitsOf } from './capacity.js';
import {
  type CartridgeMemory,
  type HostAttribute,
  loadMemory,
  type MediumFacts,
  saveMemory,
  UNUSED,
} from './cartridge-memory.js';
import type { DriveIdentity } from './drive-record.js';
import { TapImage } from './tap-image.js';

const REMEMBERED_DRIVES = 4;
/** MAM attribute of the barcode, which a library writes when it sees the cartridge first. */
const BARCODE = 0x0806;

/** A cartridge in a drive: `cartridges/<name>/` with `memory.json` and one `.tap` image for each partition. */
export class Cartridge {
  readonly name: string;
  #memory: CartridgeMemory;
  readonly #folder: string;
  readonly #images: readonly TapImage[];
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

  /** Makes a blank cartridge; it is not opened. Rejects when there is one of that name. */
  static async create(driveFolder: string, medium: MediumFacts): Promise<void> {
    const folder = folderOf(driveFolder, medium.barcode);
    const value = asciiPad(medium.barcode, 32);
    await mkdir(join(driveFolder, CARTRIDGES), { recursive: true });
    await mkdir(folder).catch((cause: NodeJS.ErrnoException) => {
      throw new InvalidArgumentError(`the cartridge ${medium.barcode} can't be made`, { cause, errno: cause.code });
    });
    await writeFile(imagePath(folder, 0), '');
    await saveMemory(join(folder, MEMORY), {
      medium,
      usage: UNUSED,
      attributes: new Map([[BARCODE, { format: 'ascii', value }]]),
    });
  }

  static async open(driveFolder: string, name: string): Promise<Cartridge> {
    const folder = folderOf(driveFolder, name);
    const memory = await loadMemory(join(folder, MEMORY));
    const path = imagePath(folder, 0);
    const image = await TapImage.open(path, { readOnly: memory.medium.writeProtected }).catch((cause) => {
      throw new MediumError(`the tape image ${path} can't be read`, { cause });
    });
    return new Cartridge(name, folder, memory, [image]);
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

  limits(earlyWarningBytes: number | undefined): Limits {
    return limitsOf(this.memory, earlyWarningBytes);
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

  countLoad({ vendor, serial }: DriveIdentity): void {
    const { usage } = this.memory;
    usage.loads += 1;
    usage.bytesWrittenThisLoad = 0;
    usage.bytesReadThisLoad = 0;
    usage.lastDrives = [{ vendor, serial }, ...usage.lastDrives].slice(0, REMEMBERED_DRIVES);
  }

  /** Replaces the hosts' attributes; they are on disk when this has resolved, and as before when it rejects. */
  async writeAttributes(attributes: Map<number, HostAttribute>): Promise<void> {
    const memory = { ...this.memory, attributes };
    await saveMemory(join(this.#folder, MEMORY), memory);
    this.#memory = memory;
  }

  /** Brings the cartridge memory to disk. */
  async save(): Promise<void> {
    await saveMemory(join(this.#folder, MEMORY), this.memory);
  }

  /** Brings all that was written to disk. */
  async sync(): Promise<void> {
    for (const image of this.#images) await image.sync();
    await this.save();
  }

  async close(): Promise<void> {
    await this.sync();
    for (const image of this.#images) await image.close();
  }
}

function formatOf({ medium }: CartridgeMemory): FormatFacts {
  const facts = LTO_FORMATS.find(({ densityCode }) => densityCode === medium.densityCode);
  if (facts !== undefined) return facts;
  throw new MediumError(`the density code ${medium.densityCode} of the cartridge memory is that of no LTO format`);
}

const CARTRIDGES = 'cartridges';
const MEMORY = 'memory.json';

function folderOf(driveFolder: string, name: string): string {
  return join(driveFolder, CARTRIDGES, name);
}

function imagePath(folder: string, partition: number): string {
  return join(folder, `partition-${partition}.tap`);
}
