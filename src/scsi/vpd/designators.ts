import { ByteReader, concatBytes, toHex } from '../wire/bytes.js';
import { bits, decodeFields, encodeFields, flag, uint } from '../wire/layout.js';
import { sizeByHeader } from '../wire/structures.js';
import { vpdPage, vpdStructures } from './pages.js';

const ASSOCIATIONS = ['logicalUnit', 'targetPort', 'targetDevice', 'reserved'] as const;

/** Names of the designator types of SPC-5 that a tape drive uses, by value. */
export const DESIGNATOR_TYPES = [
  'vendorSpecific',
  't10Vendor',
  'eui64',
  'naa',
  'relativeTargetPort',
  'targetPortGroup',
  'logicalUnitGroup',
  'md5',
  'scsiName',
  'protocolSpecificPort',
  'uuid',
  'reserved0b',
  'reserved0c',
  'reserved0d',
  'reserved0e',
  'reserved0f',
] as const;

/** One designator of page 83h. */
export interface Designator {
  readonly association: (typeof ASSOCIATIONS)[number];
  readonly type: (typeof DESIGNATOR_TYPES)[number];
  /** 1 binary, 2 ASCII, 3 UTF-8. */
  readonly codeSet: number;
  /** Protocol identifier, if present (6: SAS, 0: Fibre Channel). */
  readonly protocol?: number;
  readonly bytes: Uint8Array;
}

const DESIGNATOR = {
  protocol: bits(0, 7, 4),
  codeSet: bits(0, 3, 0),
  protocolValid: flag(1, 7),
  association: bits(1, 5, 4),
  type: bits(1, 3, 0),
  length: uint(3, 1),
};
const DESIGNATOR_HEADER_LENGTH = 4;

/** Page 83h. Throws MalformedResponseError if no designator is complete. */
export function decodeDeviceIdentification(bytes: Uint8Array): Designator[] {
  return vpdStructures(bytes, 'deviceIdentification', 0, sizeOfDesignator).map(decodeDesignator);
}

const sizeOfDesignator = sizeByHeader(DESIGNATOR_HEADER_LENGTH, (header) => header.readUInt8(3));

function decodeDesignator(designator: Uint8Array): Designator {
  const reader = new ByteReader(designator, 'designator');
  const fields = decodeFields(DESIGNATOR, designator, reader.what);
  const { protocol, codeSet, protocolValid, association, type, length } = fields;
  return {
    association: ASSOCIATIONS[association] ?? 'reserved',
    type: DESIGNATOR_TYPES[type] ?? 'vendorSpecific',
    codeSet,
    ...(protocolValid && { protocol }),
    bytes: reader.bytes(DESIGNATOR_HEADER_LENGTH, length),
  };
}

export function encodeDeviceIdentification(designators: readonly Designator[], deviceType?: number): Uint8Array {
  return vpdPage('deviceIdentification', concatBytes(...designators.flatMap(encodeDesignator)), deviceType);
}

function encodeDesignator({ association, type, codeSet, protocol, bytes }: Designator): Uint8Array[] {
  const values = {
    protocol: protocol ?? 0,
    codeSet,
    protocolValid: protocol !== undefined,
    association: ASSOCIATIONS.indexOf(association),
    type: DESIGNATOR_TYPES.indexOf(type),
    length: bytes.length,
  };
  return [encodeFields(DESIGNATOR, DESIGNATOR_HEADER_LENGTH, values, 'designator'), bytes];
}

const BINARY_CODE_SET = 1;

/** Readable form of a designator: hex digits of a binary one, otherwise its text. */
export function designatorText({ codeSet, bytes }: Designator): string {
  if (codeSet === BINARY_CODE_SET) return toHex(bytes);
  return new ByteReader(bytes, 'designator').ascii(0, bytes.length);
}
