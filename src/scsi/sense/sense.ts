import type { SenseData } from '../../errors/index.js';
import { concatBytes, hexCode, opaqueBytes } from '../wire/bytes.js';
import { bits, encodeFields, flag, int, int64, uint } from '../wire/layout.js';
import { additionalSenseText, SENSE_KEYS } from './codes.js';

/** Argument of `encodeSense`: the encoded fields of `SenseData`; all except the key are optional. */
export type SenseFields = Partial<Omit<SenseData, 'text' | 'bytes'>> & Pick<SenseData, 'key'>;

type Decoded = Omit<SenseData, 'text' | 'bytes'>;

const ILLEGAL_REQUEST = 5;
const NONE = new Uint8Array(0);
const DESCRIPTOR = { information: 0x00, senseKeySpecific: 0x02, streamCommands: 0x04 } as const;

/**
 * Decodes sense data in fixed (70h, 71h) or descriptor (72h, 73h) format; undefined for other bytes. Truncated sense
 * data is decoded as far as it goes: fields beyond the end read as zero. Never throws.
 *
 * `vendor` is the vendor identification of INQUIRY; with it, the text includes the vendor's own codes.
 */
export function decodeSense(bytes: Uint8Array, vendor?: string): SenseData | undefined {
  const decoded = decodeFormat(bytes);
  if (decoded === undefined) return undefined;
  return { ...decoded, text: senseText(decoded, vendor), bytes: opaqueBytes(bytes) };
}

function decodeFormat(bytes: Uint8Array): Decoded | undefined {
  if (bytes.length < 2) return undefined;
  switch ((bytes[0] ?? 0) & 0x7f) {
    case 0x70:
      return decodeFixed(bytes, false);
    case 0x71:
      return decodeFixed(bytes, true);
    case 0x72:
      return decodeDescriptors(bytes, false);
    case 0x73:
      return decodeDescriptors(bytes, true);
    default:
      return undefined;
  }
}

function decodeFixed(bytes: Uint8Array, deferred: boolean): Decoded {
  const end = bytes.length > 7 ? 8 + (bytes[7] ?? 0) : bytes.length;
  const sense = padded(bytes.subarray(0, end), 18);
  const key = sense.readUInt8(2) & 0x0f;
  const valid = sense.readUInt8(0) >> 7 === 1;
  return {
    key,
    asc: sense.readUInt8(12),
    ascq: sense.readUInt8(13),
    deferred,
    ...streamFlags(sense.readUInt8(2)),
    ...(valid && { information: sense.readInt32BE(3) }),
    ...senseKeySpecific(key, sense.subarray(15, 18)),
  };
}

function decodeDescriptors(bytes: Uint8Array, deferred: boolean): Decoded {
  const header = padded(bytes, 8);
  const key = header.readUInt8(1) & 0x0f;
  const found = descriptorsOf(bytes);
  const information = padded(found.get(DESCRIPTOR.information) ?? NONE, 12);
  return {
    key,
    asc: header.readUInt8(2),
    ascq: header.readUInt8(3),
    deferred,
    ...streamFlags(padded(found.get(DESCRIPTOR.streamCommands) ?? NONE, 4).readUInt8(3)),
    ...informationOf(information),
    ...senseKeySpecific(key, padded(found.get(DESCRIPTOR.senseKeySpecific) ?? NONE, 8).subarray(4, 7)),
  };
}

/**
 * Value of the information descriptor. A negative residual is in two's complement (SSC-5); counts are safe integers.
 */
function informationOf(descriptor: Buffer): Pick<Decoded, 'information'> {
  const information = Number(descriptor.readBigInt64BE(4));
  return descriptor.readUInt8(2) >> 7 === 1 && Number.isSafeInteger(information) ? { information } : {};
}

/** The first sense data descriptor of each type. */
function descriptorsOf(bytes: Uint8Array): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  const end = Math.min(bytes.length, 8 + (bytes[7] ?? 0));
  for (let offset = 8; offset + 2 <= end; ) {
    const next = offset + 2 + (bytes[offset + 1] ?? 0);
    const type = bytes[offset] ?? 0;
    if (!found.has(type)) found.set(type, bytes.subarray(offset, Math.min(next, end)));
    offset = next;
  }
  return found;
}

function streamFlags(byte: number): Pick<Decoded, 'filemark' | 'endOfMedium' | 'incorrectLength'> {
  return { filemark: (byte & 0x80) !== 0, endOfMedium: (byte & 0x40) !== 0, incorrectLength: (byte & 0x20) !== 0 };
}

/** The three sense key specific bytes (SPC-5 4.5.2.4): their meaning depends on the sense key. */
function senseKeySpecific(key: number, specific: Buffer): Pick<Decoded, 'field' | 'progress'> {
  const first = specific.readUInt8(0);
  const value = specific.readUInt16BE(1);
  if ((first & 0x80) === 0) return {};
  if (key === ILLEGAL_REQUEST) {
    return { field: { inCdb: (first & 0x40) !== 0, byte: value, ...((first & 0x08) !== 0 && { bit: first & 0x07 }) } };
  }
  return tellsProgress(key) ? { progress: value / 0x10000 } : {};
}

function tellsProgress(key: number): boolean {
  return key === 0 || key === 2;
}

/** The first `length` bytes, padded with zeros. */
function padded(bytes: Uint8Array, length: number): Buffer {
  const result = Buffer.alloc(length);
  result.set(bytes.subarray(0, length));
  return result;
}

function senseText({ key, asc, ascq }: Decoded, vendor: string | undefined): string {
  if (asc === 0 && ascq === 0) return SENSE_KEYS[key] ?? 'no sense';
  return additionalSenseText(key, asc, ascq, vendor) ?? `unknown additional sense ${hexCode(asc)}/${hexCode(ascq)}`;
}

const FIXED = {
  valid: flag(0, 7),
  responseCode: bits(0, 6, 0),
  filemark: flag(2, 7),
  endOfMedium: flag(2, 6),
  incorrectLength: flag(2, 5),
  key: bits(2, 3, 0),
  information: int(3, 4),
  additionalLength: uint(7, 1),
  asc: uint(12, 1),
  ascq: uint(13, 1),
};
const FIXED_LENGTH = 18;

const DESCRIPTOR_HEADER = {
  responseCode: bits(0, 6, 0),
  key: bits(1, 3, 0),
  asc: uint(2, 1),
  ascq: uint(3, 1),
  additionalLength: uint(7, 1),
};
const INFORMATION_DESCRIPTOR = { type: uint(0, 1), length: uint(1, 1), valid: flag(2, 7), information: int64(4) };
const STREAM_DESCRIPTOR = {
  type: uint(0, 1),
  length: uint(1, 1),
  filemark: flag(3, 7),
  endOfMedium: flag(3, 6),
  incorrectLength: flag(3, 5),
};
const SPECIFIC = {
  valid: flag(0, 7),
  inCdb: flag(0, 6),
  bitValid: flag(0, 3),
  bit: bits(0, 2, 0),
  value: uint(1, 2),
};

/**
 * Encodes sense data in fixed format, or in descriptor format on request. In fixed format, an INFORMATION value that
 * does not fit 32 bits is omitted and VALID is zero (SPC-5). Throws InvalidArgumentError for a value that does not fit
 * its field.
 */
export function encodeSense(fields: SenseFields, options: { descriptor?: boolean } = {}): Uint8Array {
  return options.descriptor ? encodeDescriptors(fields) : encodeFixed(fields);
}

function encodeFixed(fields: SenseFields): Uint8Array {
  const { key, asc = 0, ascq = 0, filemark = false, endOfMedium = false, incorrectLength = false } = fields;
  const { information } = fields;
  const valid = information !== undefined && (information | 0) === information;
  const values = {
    valid,
    responseCode: fields.deferred ? 0x71 : 0x70,
    key,
    asc,
    ascq,
    filemark,
    endOfMedium,
    incorrectLength,
    information: valid ? information : 0,
    additionalLength: FIXED_LENGTH - 8,
  };
  const bytes = encodeFields(FIXED, FIXED_LENGTH, values, 'sense data');
  bytes.set(encodeSpecific(fields) ?? NONE, 15);
  return bytes;
}

function encodeDescriptors(fields: SenseFields): Uint8Array {
  const { key, asc = 0, ascq = 0 } = fields;
  const descriptors = concatBytes(informationDescriptor(fields), specificDescriptor(fields), streamDescriptor(fields));
  const values = { responseCode: fields.deferred ? 0x73 : 0x72, key, asc, ascq, additionalLength: descriptors.length };
  return concatBytes(encodeFields(DESCRIPTOR_HEADER, 8, values, 'sense data'), descriptors);
}

function informationDescriptor({ information }: SenseFields): Uint8Array {
  if (information === undefined) return NONE;
  const values = {
    type: DESCRIPTOR.information,
    length: 10,
    valid: true,
    information,
  };
  return encodeFields(INFORMATION_DESCRIPTOR, 12, values, 'information descriptor');
}

function specificDescriptor(fields: SenseFields): Uint8Array {
  const specific = encodeSpecific(fields);
  if (specific === undefined) return NONE;
  return concatBytes(Uint8Array.of(DESCRIPTOR.senseKeySpecific, 6, 0, 0), specific, Uint8Array.of(0));
}

function streamDescriptor(fields: SenseFields): Uint8Array {
  const { filemark = false, endOfMedium = false, incorrectLength = false } = fields;
  if (!filemark && !endOfMedium && !incorrectLength) return NONE;
  const values = { type: DESCRIPTOR.streamCommands, length: 2, filemark, endOfMedium, incorrectLength };
  return encodeFields(STREAM_DESCRIPTOR, 4, values, 'stream commands descriptor');
}

/** The sense key specific bytes; undefined if there are none. */
function encodeSpecific({ key, field, progress }: SenseFields): Uint8Array | undefined {
  if (field !== undefined && key === ILLEGAL_REQUEST) {
    const { inCdb, byte, bit } = field;
    const values = { valid: true, inCdb, value: byte, bitValid: bit !== undefined, bit: bit ?? 0 };
    return encodeFields(SPECIFIC, 3, values, 'field pointer');
  }
  if (progress !== undefined && tellsProgress(key)) {
    const value = Math.min(0xffff, Math.max(0, Math.round(progress * 0x10000)));
    return encodeFields(SPECIFIC, 3, { valid: true, value }, 'progress indication');
  }
  return undefined;
}
