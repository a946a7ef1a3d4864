import { SEQUENTIAL_ACCESS_DEVICE } from '../commands/inquiry.js';
import { ByteReader, concatBytes } from '../wire/bytes.js';
import { bits, decodeFields, encodeFields, type FieldValues, flag, uint } from '../wire/layout.js';
import { LENGTH_SLACK, splitStructures } from '../wire/structures.js';

// Vital product data pages of INQUIRY (SPC-5) and those of sequential-access devices (SSC-5).

export const VPD_PAGES = {
  supportedPages: 0x00,
  unitSerialNumber: 0x80,
  deviceIdentification: 0x83,
  extendedInquiry: 0x86,
  sequentialCapabilities: 0xb0,
  manufacturerSerialNumber: 0xb1,
  tapeAlertFlags: 0xb2,
  automationSerialNumber: 0xb3,
  elementAddress: 0xb4,
  logicalBlockProtection: 0xb5,
} as const;

const HEADER = {
  peripheralQualifier: bits(0, 7, 5),
  peripheralDeviceType: bits(0, 4, 0),
  pageCode: uint(1, 1),
  pageLength: uint(2, 2),
};
const HEADER_LENGTH = 4;

/**
 * The bytes after the header of a page. Throws MalformedResponseError if the data is another page (as some drives
 * answer if they do not have this one), or shorter than its length field by more than `LENGTH_SLACK` bytes.
 */
export function vpdPayload(bytes: Uint8Array, page: keyof typeof VPD_PAGES): ByteReader {
  const reader = new ByteReader(bytes, `VPD page ${page}`);
  const length = vpdPageLength(reader, bytes, page);
  const missing = HEADER_LENGTH + length - bytes.length;
  const isOff = missing > 0 && missing <= LENGTH_SLACK && missing < length;
  return new ByteReader(reader.bytes(HEADER_LENGTH, isOff ? length - missing : length), reader.what);
}

/**
 * The complete structures of a page, after `skipped` other bytes. Throws MalformedResponseError if none is complete.
 */
export function vpdStructures(
  bytes: Uint8Array,
  page: keyof typeof VPD_PAGES,
  skipped: number,
  sizeOf: (rest: Uint8Array) => number | undefined,
): readonly Uint8Array[] {
  const reader = new ByteReader(bytes, `VPD page ${page}`);
  const length = vpdPageLength(reader, bytes, page) - skipped;
  const { whole, cut } = splitStructures(bytes, HEADER_LENGTH + skipped, length, sizeOf);
  if (cut && whole.length === 0) throw reader.malformed('nothing in it is whole');
  return whole;
}

function vpdPageLength(reader: ByteReader, bytes: Uint8Array, page: keyof typeof VPD_PAGES): number {
  const { pageCode, pageLength } = decodeFields(HEADER, bytes, reader.what);
  if (pageCode !== VPD_PAGES[page]) throw reader.malformed('the answer is another page');
  return pageLength;
}

/** A page, by default of a sequential-access device. */
export function vpdPage(
  page: keyof typeof VPD_PAGES,
  payload: Uint8Array,
  peripheralDeviceType = SEQUENTIAL_ACCESS_DEVICE,
): Uint8Array {
  const values = {
    peripheralDeviceType,
    pageCode: VPD_PAGES[page],
    pageLength: payload.length,
  };
  return concatBytes(encodeFields(HEADER, HEADER_LENGTH, values, `VPD page ${page}`), payload);
}

/** Page 00h: codes of the pages that the device has. */
export function decodeSupportedPages(bytes: Uint8Array): number[] {
  const payload = vpdPayload(bytes, 'supportedPages');
  return [...payload.bytes(0, payload.length)];
}

export function encodeSupportedPages(codes: readonly number[], deviceType?: number): Uint8Array {
  return vpdPage('supportedPages', Uint8Array.from(codes), deviceType);
}

export type SerialNumberPage = 'unitSerialNumber' | 'manufacturerSerialNumber' | 'automationSerialNumber';

/** Pages 80h, B1h and B3h: a serial number, without its padding. */
export function decodeSerialNumber(bytes: Uint8Array, page: SerialNumberPage = 'unitSerialNumber'): string {
  const payload = vpdPayload(bytes, page);
  return payload.ascii(0, payload.length);
}

export function encodeSerialNumber(
  serial: string,
  page: SerialNumberPage = 'unitSerialNumber',
  deviceType?: number,
): Uint8Array {
  return vpdPage(page, Buffer.from(serial, 'latin1'), deviceType);
}

const EXTENDED_INQUIRY = {
  activateMicrocode: bits(0, 7, 6),
  supportedProtectionType: bits(0, 5, 3),
  guardCheck: flag(0, 2),
  applicationTagCheck: flag(0, 1),
  referenceTagCheck: flag(0, 0),
  unitAttentionSenseKeySpecific: flag(1, 5),
  headOfQueue: flag(1, 2),
  ordered: flag(1, 1),
  simple: flag(1, 0),
  /** Minutes. */
  extendedSelfTestTime: uint(6, 2),
  /** Bytes; 0 if not reported. */
  maximumSenseLength: uint(9, 1),
};
const EXTENDED_INQUIRY_LENGTH = 60;

/** Page 86h. */
export type ExtendedInquiry = FieldValues<typeof EXTENDED_INQUIRY>;

export function decodeExtendedInquiry(bytes: Uint8Array): ExtendedInquiry {
  const payload = vpdPayload(bytes, 'extendedInquiry');
  return decodeFields(EXTENDED_INQUIRY, payload.bytes(0, payload.length), payload.what);
}

export function encodeExtendedInquiry(values: Partial<ExtendedInquiry>): Uint8Array {
  const payload = encodeFields(EXTENDED_INQUIRY, EXTENDED_INQUIRY_LENGTH, values, 'VPD page extendedInquiry');
  return vpdPage('extendedInquiry', payload);
}

const SEQUENTIAL_CAPABILITIES = {
  /** TSMC: the drive can mirror the tape stream, as a source or a copy. Unrelated to TapeAlert. */
  tapeStreamMirroring: flag(0, 1),
  /** WORM cartridges are supported. */
  worm: flag(0, 0),
};

/** Page B0h. */
export type SequentialCapabilities = FieldValues<typeof SEQUENTIAL_CAPABILITIES>;

export function decodeSequentialCapabilities(bytes: Uint8Array): SequentialCapabilities {
  const payload = vpdPayload(bytes, 'sequentialCapabilities');
  return decodeFields(SEQUENTIAL_CAPABILITIES, payload.bytes(0, payload.length), payload.what);
}

export function encodeSequentialCapabilities(capabilities: SequentialCapabilities): Uint8Array {
  const payload = encodeFields(SEQUENTIAL_CAPABILITIES, 2, capabilities, 'VPD page sequentialCapabilities');
  return vpdPage('sequentialCapabilities', payload);
}

/** Page B2h: numbers, 1 to 64, of the TapeAlert flags that the drive may raise. Flag 1 is the first bit. */
export function decodeSupportedTapeAlerts(bytes: Uint8Array): number[] {
  const payload = vpdPayload(bytes, 'tapeAlertFlags');
  const flags = payload.bytes(0, 8);
  return Array.from({ length: 64 }, (_, index) => index + 1).filter((number) => {
    return ((flags[(number - 1) >> 3] ?? 0) & (0x80 >> ((number - 1) & 7))) !== 0;
  });
}

export function encodeSupportedTapeAlerts(numbers: readonly number[]): Uint8Array {
  const flags = numbers.reduce((sum, number) => sum | (1n << BigInt(64 - number)), 0n);
  return vpdPage('tapeAlertFlags', Buffer.from(flags.toString(16).padStart(16, '0'), 'hex'));
}

/** Page B4h: the element address of the drive in its library; undefined if the library has not set it. */
export function decodeElementAddress(bytes: Uint8Array): number | undefined {
  const payload = vpdPayload(bytes, 'elementAddress');
  return payload.length >= 2 ? payload.u16(0) : undefined;
}

export function encodeElementAddress(element: number): Uint8Array {
  return vpdPage('elementAddress', encodeFields({ element: uint(0, 2) }, 2, { element }, 'VPD page elementAddress'));
}

/** One method of logical block protection that the drive offers. */
export interface ProtectionMethod {
  /** 0 none, 1 Reed-Solomon CRC, 2 CRC32C (SSC-5). */
  readonly method: number;
  /** Bytes that are added to each block. */
  readonly informationLength: number;
  readonly onWrite: boolean;
  readonly onRead: boolean;
  readonly recoverBufferedData: boolean;
}

const PROTECTION_METHOD = {
  length: uint(0, 1),
  method: uint(1, 1),
  informationLength: bits(2, 5, 0),
  onWrite: flag(3, 7),
  onRead: flag(3, 6),
  recoverBufferedData: flag(3, 5),
};
const PROTECTION_METHOD_LENGTH = 8;
/** Length of the fields in bytes. */
const PROTECTION_LEAST_LENGTH = 4;
const PROTECTION_HEADER_LENGTH = 4;

/** Page B5h. */
export function decodeProtectionMethods(bytes: Uint8Array): ProtectionMethod[] {
  const sizeOf = ([length = 0]: Uint8Array) => (length + 1 < PROTECTION_LEAST_LENGTH ? undefined : length + 1);
  return vpdStructures(bytes, 'logicalBlockProtection', PROTECTION_HEADER_LENGTH, sizeOf).map((descriptor) => {
    const { length: _, ...method } = decodeFields(PROTECTION_METHOD, descriptor, 'protection method');
    return method;
  });
}

export function encodeProtectionMethods(methods: readonly ProtectionMethod[]): Uint8Array {
  const length = PROTECTION_METHOD_LENGTH - 1;
  const descriptors = methods.map((method) => {
    return encodeFields(PROTECTION_METHOD, PROTECTION_METHOD_LENGTH, { ...method, length }, 'protection method');
  });
  return vpdPage('logicalBlockProtection', concatBytes(new Uint8Array(PROTECTION_HEADER_LENGTH), ...descriptors));
}
