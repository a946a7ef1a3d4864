import { MediumError } from '../../errors/index.js';
import { type MamAttribute, mamAttribute } from '../../scsi/index.js';
import { readJson, writeJson } from '../host/json-file.js';

/** Properties of a cartridge. Hosts cannot change them; only the write-protect switch can be moved. */
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
  /** Keeps record lengths and filemarks, but no data: records read as zeros. */
  readonly discardsData?: boolean;
}

/** A cartridge to create. */
export interface NewMedium extends MediumFacts {
  /** Load count at creation; default 0. */
  readonly loads?: number;
}

export type MediumKind = 'data' | 'worm' | 'cleaning';

/** Counters that drives keep. */
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

/** An attribute written by a host. */
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

/** The key of an attribute: its id; if each partition has its own, with the partition number in the bits above. */
export function attributeKey(id: number, partition: number): number {
  const attribute: MamAttribute | undefined = mamAttribute(id);
  return attribute?.perPartition ? partition * PARTITION_UNIT + id : id;
}

/** The attribute id of a key; undefined if the key is of another partition. */
export function attributeIdOf(key: number, partition: number): number | undefined {
  const id = key % PARTITION_UNIT;
  return attributeKey(id, partition) === key ? id : undefined;
}

export async function saveMemory(path: string, memory: CartridgeMemory): Promise<void> {
  const { medium, usage, partitions, attributes } = memory;
  const entries = [...attributes].map(([id, attribute]) => [id.toString(16).padStart(4, '0'), toJson(attribute)]);
  await writeJson(path, { format: FORMAT, medium, usage, partitions, attributes: Object.fromEntries(entries) });
}

/** Rejects with MediumError if the file is missing or is not a cartridge memory. */
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

/** As text if it is printable ASCII, so that people can read it; otherwise as hex. */
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
