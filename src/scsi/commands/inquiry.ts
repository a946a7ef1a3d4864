import { ByteReader } from '../wire/bytes.js';
import { ascii, bits, decodeFields, encodeFields, type FieldValues, flag, uint } from '../wire/layout.js';

/** Peripheral device type of a sequential-access device. */
export const SEQUENTIAL_ACCESS_DEVICE = 0x01;
/** Peripheral device type of a medium changer. */
export const MEDIUM_CHANGER = 0x08;

const STANDARD = {
  /** 0: a device of this type is connected. */
  peripheralQualifier: bits(0, 7, 5),
  peripheralDeviceType: bits(0, 4, 0),
  removableMedium: flag(1, 7),
  /** 5: SPC-3, 6: SPC-4, 7: SPC-5. */
  version: uint(2, 1),
  hierarchicalSupport: flag(3, 4),
  responseDataFormat: bits(3, 3, 0),
  targetPortGroupSupport: bits(5, 5, 4),
  /** Protection information of disks. Logical block protection of a tape drive is in VPD page B5h. */
  protect: flag(5, 0),
  multiPort: flag(6, 4),
  commandQueuing: flag(7, 1),
  vendor: ascii(8, 8),
  product: ascii(16, 16),
  revision: ascii(32, 4),
};

const ADDITIONAL_LENGTH = { additionalLength: uint(4, 1) };
const VENDOR_SPECIFIC = { offset: 36, length: 20 };
const VERSION_DESCRIPTORS = { offset: 58, count: 8 };
const FULL_LENGTH = VERSION_DESCRIPTORS.offset + 2 * VERSION_DESCRIPTORS.count;

/** Standard INQUIRY data. */
export interface StandardInquiry extends FieldValues<typeof STANDARD> {
  /** Bytes 36 to 55, as far as present. */
  readonly vendorSpecific: Uint8Array;
  /** Codes of the standards that the device claims (SPC-5); at most 8. */
  readonly versionDescriptors: readonly number[];
}

/** Throws MalformedResponseError for fewer than the 36 bytes that SPC-5 requires. */
export function decodeInquiry(bytes: Uint8Array): StandardInquiry {
  const fields = decodeFields(STANDARD, bytes, 'INQUIRY');
  const { additionalLength } = decodeFields(ADDITIONAL_LENGTH, bytes, 'INQUIRY');
  const reader = new ByteReader(bytes.subarray(0, 5 + additionalLength), 'INQUIRY');
  const { offset, length } = VENDOR_SPECIFIC;
  return {
    ...fields,
    vendorSpecific: reader.bytes(
      Math.min(offset, reader.length),
      Math.max(0, Math.min(length, reader.length - offset)),
    ),
    versionDescriptors: versionDescriptors(reader),
  };
}

function versionDescriptors(reader: ByteReader): number[] {
  const { offset, count } = VERSION_DESCRIPTORS;
  return Array.from({ length: count }, (_, index) => offset + 2 * index)
    .filter((at) => at + 2 <= reader.length)
    .map((at) => reader.u16(at))
    .filter((descriptor) => descriptor !== 0);
}

/** Throws InvalidArgumentError for a value that does not fit its field. */
export function encodeInquiry({ vendorSpecific, versionDescriptors, ...fields }: StandardInquiry): Uint8Array {
  const bytes = encodeFields(STANDARD, FULL_LENGTH, fields, 'INQUIRY');
  bytes[4] = FULL_LENGTH - 5;
  bytes.set(vendorSpecific.subarray(0, VENDOR_SPECIFIC.length), VENDOR_SPECIFIC.offset);
  const descriptors = new DataView(bytes.buffer, VERSION_DESCRIPTORS.offset);
  for (const [index, descriptor] of versionDescriptors.slice(0, VERSION_DESCRIPTORS.count).entries()) {
    descriptors.setUint16(2 * index, descriptor);
  }
  return bytes;
}
