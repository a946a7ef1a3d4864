import {
  asciiPad,
  concatBytes,
  formatFacts,
  LTO_FORMATS,
  mamAttribute,
  mamOwner,
  type RawAttribute,
} from '../../scsi/index.js';
import type { Cartridge } from './cartridge.js';
import { attributeIdOf, type CartridgeMemory } from './cartridge-memory.js';
import { CLEANINGS } from './cartridge-options.js';
import type { TapImage } from './tap-image.js';

/** Bytes of the chip for the attributes of hosts, with their headers of five bytes each. */
export const MEMORY_BYTES = 16_384;
const ATTRIBUTE_HEADER_BYTES = 5;

const MIB = 2 ** 20;
const ALL_ONES = Buffer.alloc(8, 0xff);
const MEDIUM_TYPES = { data: 0x00, cleaning: 0x01, worm: 0x80 } as const;
const TAPE_WIDTH = 127;

interface Source {
  readonly memory: CartridgeMemory;
  /** Bytes of a partition for records: in total, and after the last object. */
  readonly maximum: number;
  readonly remaining: number;
  readonly encryption: ReturnType<TapImage['encryption']>;
}

/** The bytes of each attribute that the drive and the manufacturer maintain; undefined if it is not set. */
const KEPT: Readonly<Record<number, (source: Source) => Uint8Array | undefined>> = {
  0: ({ remaining }) => integer(mebibytes(remaining), 8),
  1: ({ maximum }) => integer(mebibytes(maximum), 8),
  2: () => integer(0, 8),
  3: ({ memory }) => integer(memory.usage.loads, 8),
  4: ({ memory }) => integer(MEMORY_BYTES - bytesUsed(memory), 8),
  5: () => asciiPad('LTO-CVE', 8),
  6: ({ memory }) => integer(memory.medium.densityCode, 1),
  7: ({ memory }) => integer(memory.usage.initializations, 2),
  522: lastDrive(0),
  523: lastDrive(1),
  524: lastDrive(2),
  525: lastDrive(3),
  544: ({ memory }) => integer(mebibytes(memory.usage.bytesWritten), 8),
  545: ({ memory }) => integer(mebibytes(memory.usage.bytesRead), 8),
  546: ({ memory }) => integer(mebibytes(memory.usage.bytesWrittenThisLoad), 8),
  547: ({ memory }) => integer(mebibytes(memory.usage.bytesReadThisLoad), 8),
  548: ({ encryption }) => place(encryption.firstEncrypted),
  549: ({ encryption }) => place(encryption.firstPlainAfter),
  1024: ({ memory }) => asciiPad(memory.medium.manufacturer, 8),
  1025: ({ memory }) => asciiPad(memory.medium.serial, 32),
  1026: ({ memory }) => optional(factsOf(memory)?.tapeMetres, 4),
  1027: () => integer(TAPE_WIDTH, 4),
  1028: () => asciiPad('LTO-CVE', 8),
  1029: ({ memory }) => integer(madeDensity(memory), 1),
  1030: ({ memory }) => asciiPad(memory.medium.manufactured, 8),
  1031: () => integer(MEMORY_BYTES, 8),
  1032: ({ memory }) => integer(MEDIUM_TYPES[memory.medium.kind], 1),
  1033: ({ memory }) => integer(memory.medium.kind === 'cleaning' ? CLEANINGS : 0, 2),
};

/** All attributes that are set, in ascending order. */
export function attributesOf(cartridge: Cartridge, partition: number): RawAttribute[] {
  const { memory } = cartridge;
  const image = cartridge.image(partition);
  const maximum = cartridge.bytesOf(partition);
  const source = {
    memory,
    maximum,
    remaining: Math.max(0, maximum - image.bytesBefore(image.objects)),
    encryption: image.encryption(),
  };
  const kept = Object.entries(KEPT).flatMap(([id, bytesOf]) => {
    const bytes = bytesOf(source);
    return bytes === undefined ? [] : [{ id: Number(id), readOnly: true, format: formatOf(Number(id)), bytes }];
  });
  const written = [...memory.attributes].flatMap(([key, { format, value }]) => {
    const id = attributeIdOf(key, partition);
    return id === undefined ? [] : [{ id, readOnly: false, format, bytes: value }];
  });
  return [...kept, ...written].toSorted((a, b) => a.id - b.id);
}

/** Whether a host may write an attribute. */
export function isHostAttribute(id: number): boolean {
  const owner = mamOwner(id);
  return (owner === 'host' || owner === 'vendorHost') && mamAttribute(id) !== undefined;
}

/** Bytes of the chip that the attributes of hosts take. */
export function bytesUsed({ attributes }: CartridgeMemory): number {
  return [...attributes.values()].reduce((sum, { value }) => sum + ATTRIBUTE_HEADER_BYTES + value.length, 0);
}

function formatOf(id: number) {
  return mamAttribute(id)?.format ?? 'binary';
}

function factsOf({ medium }: CartridgeMemory) {
  return LTO_FORMATS.find(({ densityCode }) => densityCode === medium.densityCode);
}

/** Density that the cartridge was made for; a drive of a later generation may have formatted it with another. */
function madeDensity(memory: CartridgeMemory): number {
  const madeAs = factsOf(memory)?.madeAs;
  return (madeAs && formatFacts(madeAs)?.densityCode) ?? memory.medium.densityCode;
}

function lastDrive(loadsAgo: number) {
  return ({ memory }: Source): Uint8Array => {
    const { vendor = '', serial = '' } = memory.usage.lastDrives[loadsAgo] ?? {};
    return concatBytes(asciiPad(vendor, 8), asciiPad(serial, 32));
  };
}

/** All ones if there is no such block. */
function place(object: number | undefined): Uint8Array {
  return object === undefined ? ALL_ONES : integer(object, 8);
}

function mebibytes(bytes: number): number {
  return Math.floor(bytes / MIB);
}

function integer(value: number, width: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes.subarray(8 - width);
}

function optional(value: number | undefined, width: number): Uint8Array | undefined {
  return value === undefined ? undefined : integer(value, width);
}
