import { MediumError } from '../../errors/index.js';
import { type MamAttribute, mamAttribute } from '../../scsi/index.js';
import { readJson, writeJson } from '../host/json-file.js';

/** What a cartridge is; nothing that a host does changes it, but for the write-protect switch. */
export interface MediumFacts {
  readonly barcode: string;
  readonly serial: string;
  readonly manufacturer: string;
  /** YYYYMMDD */
  readonly manufactured: string;
  readonly densityCode: number;
  readonly kind: MediumKind;
  readonly capacityBytes: number;
  readonly writeProtected: boolean;
  /** Only what was recorded where is kept; the data read as zeros. */
  readonly discardsData?: boolean;
}

/** A cartridge that is to be made. */
export interface NewMedium extends MediumFacts {
  /** Loads before it was made; none by default. */
  readonly loads?: number;
}

export type MediumKind = 'data' | 'worm' | 'cleaning';

/** What drives keep count of. */
export interface MediumUsage {
  loads: number;
  bytesWritten: number;
  bytesRead: number;
  bytesWrittenThisLoad: number;
  bytesReadThisLoad: number;
  unrecoveredWriteErrors: number;
  unrecoveredReadErrors: number;
  /** How often the cartridge was formatted. */
  initializations: number;
  /** The drives of the last loads, newest first; at most four. */
  lastDrives: { readonly vendor: string; readonly serial: string }[];
}

export type AttributeFormat = 'binary' | 'ascii' | 'text';

/** An attribute as a host has written it. */
export interface HostAttribute {
  readonly format: AttributeFormat;
  readonly value: Uint8Array;
}

/** The content of `memory.json`: the chip in the cartridge. */
export interface CartridgeMemory {
  readonly medium: MediumFacts;
  readonly usage: MediumUsage;
  /** Bytes of each partition. */
  readonly partitions: readonly number[];
  /** By `attributeKey`. */
  readonly attributes: Map<number, HostAttribute>;
}

const FORMAT = 'node-lto cartridge memory 1';
const PARTITION_UNIT = 0x10000;

export const UNUSED: MediumUsage = {
  loads: 0,
  bytesWritten: 0,
  bytesRead: 0,
  bytesWrittenThisLoad: 0,
  bytesReadThisLoad: 0,
  unrecoveredWriteErrors: 0,
  unrecoveredReadErrors: 0,
  initializations: 1,
  lastDrives: [],
};

/** An attribute that each partition has for itself is kept under its id and the partition's number above it. */
export function attributeKey(id: number, partition: number): number {
  const attribute: MamAttribute | undefined = mamAttribute(id);
  return attribute?.perPartition ? partition * PARTITION_UNIT + id : id;
}

/** The attribute id of a key, when it is one for that partition. */
export function attributeIdOf(key: number, partition: number): number | undefined {
  const id = key % PARTITION_UNIT;
  return attributeKey(id, partition) === key ? id : undefined;
}

export async function saveMemory(path: string, memory: CartridgeMemory): Promise<void> {
  const { medium, usage, partitions, attributes } = memory;
  const entries = [...attributes].map(([id, attribute]) => [id.toString(16).padStart(4, '0'), toJson(attribute)]);
  await writeJson(path, { format: FORMAT, medium, usage, partitions, attributes: Object.fromEntries(entries) });
}

/** Rejects with MediumError when the file is missing or no cartridge memory. */
export async function loadMemory(path: string): Promise<CartridgeMemory> {
  try {
    const stored = (await readJson(path)) as StoredMemory;
    if (stored?.format !== FORMAT) throw new TypeError(`the format is ${JSON.stringify(stored.format)}`);
    const { medium, usage } = stored;
    if (typeof stored.attributes !== 'object') throw new TypeError('the attributes are missing');
    const isWhole = medium.capacityBytes > 0 && typeof medium.barcode === 'string' && typeof medium.serial === 'string';
    if (!isWhole) throw new TypeError('the capacity, the barcode or the serial number is missing');
    const attributes = Object.entries(stored.attributes).map(
      ([id, attribute]) => [Number.parseInt(id, 16), fromJson(attribute)] as const,
    );
    const { partitions = [medium.capacityBytes] } = stored;
    return { medium, usage: { ...UNUSED, ...usage }, partitions, attributes: new Map(attributes) };
  } catch (cause) {
    throw new MediumError(`the cartridge memory ${path} can't be read`, { cause });
  }
}

type StoredAttribute = { readonly format: AttributeFormat } & ({ readonly text: string } | { readonly hex: string });

interface StoredMemory {
  readonly format: unknown;
  readonly medium: MediumFacts;
  readonly usage: Partial<MediumUsage>;
  readonly partitions?: readonly number[];
  readonly attributes: Readonly<Record<string, StoredAttribute>>;
}

/** As text where that gives back the same bytes and a person can read it. */
function toJson({ format, value }: HostAttribute): StoredAttribute {
  const text = Buffer.from(value).toString('latin1');
  return format !== 'binary' && /^[\x20-\x7e]*$/.test(text)
    ? { format, text }
    : { format, hex: Buffer.from(value).toString('hex') };
}

function fromJson(stored: StoredAttribute): HostAttribute {
  const value = 'text' in stored ? Buffer.from(stored.text, 'latin1') : Buffer.from(stored.hex, 'hex');
  return { format: stored.format, value };
}
