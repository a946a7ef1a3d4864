import { MediumError } from '../errors/index.js';
import { readJson, writeJson } from './json-file.js';

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
}

export type MediumKind = 'data' | 'worm' | 'cleaning';

/** What drives keep count of. */
export interface MediumUsage {
  loads: number;
  bytesWritten: number;
  bytesRead: number;
  bytesWrittenThisLoad: number;
  bytesReadThisLoad: number;
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
  /** By attribute id. */
  readonly attributes: Map<number, HostAttribute>;
}

const FORMAT = 'node-lto cartridge memory 1';

export const UNUSED: MediumUsage = {
  loads: 0,
  bytesWritten: 0,
  bytesRead: 0,
  bytesWrittenThisLoad: 0,
  bytesReadThisLoad: 0,
  lastDrives: [],
};

export async function saveMemory(path: string, { medium, usage, attributes }: CartridgeMemory): Promise<void> {
  const entries = [...attributes].map(([id, attribute]) => [id.toString(16).padStart(4, '0'), toJson(attribute)]);
  await writeJson(path, { format: FORMAT, medium, usage, attributes: Object.fromEntries(entries) });
}

/** Rejects with MediumError when the file is missing or no cartridge memory. */
export async function loadMemory(path: string): Promise<CartridgeMemory> {
  try {
    const stored = (await readJson(path)) as StoredMemory;
    if (stored.format !== FORMAT) throw new TypeError(`the format is ${JSON.stringify(stored.format)}`);
    const { medium, usage } = stored;
    const attributes = Object.entries(stored.attributes).map(
      ([id, attribute]) => [Number.parseInt(id, 16), fromJson(attribute)] as const,
    );
    return { medium, usage: { ...UNUSED, ...usage }, attributes: new Map(attributes) };
  } catch (cause) {
    throw new MediumError(`the cartridge memory ${path} can't be read`, { cause });
  }
}

type StoredAttribute = { readonly format: AttributeFormat } & ({ readonly text: string } | { readonly hex: string });

interface StoredMemory {
  readonly format: unknown;
  readonly medium: MediumFacts;
  readonly usage: Partial<MediumUsage>;
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
