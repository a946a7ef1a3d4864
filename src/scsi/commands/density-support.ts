import { InvalidArgumentError } from '../../errors/index.js';
import { ByteReader, concatBytes } from '../wire/bytes.js';
import { ascii, count, decodeFields, encodeFields, type FieldValues, flag, uint } from '../wire/layout.js';
import { splitStructures } from '../wire/structures.js';

// The answer to REPORT DENSITY SUPPORT (SSC-5).

const DENSITY = {
  primaryDensityCode: uint(0, 1),
  secondaryDensityCode: uint(1, 1),
  writable: flag(2, 7),
  duplicate: flag(2, 6),
  default: flag(2, 5),
  bitsPerMillimetre: uint(5, 3),
  /** Tenths of a millimetre. */
  mediaWidth: uint(8, 2),
  tracks: uint(10, 2),
  /** Units of 10^6 bytes. */
  capacity: count(12, 4),
  assigningOrganization: ascii(16, 8),
  densityName: ascii(24, 8),
  description: ascii(32, 20),
};
const DENSITY_LENGTH = 52;

export type DensitySupport = FieldValues<typeof DENSITY>;

const MEDIUM_TYPE = {
  mediumType: uint(0, 1),
  /** Tenths of a millimetre. */
  mediumWidth: uint(14, 2),
  /** Metres. */
  mediumLength: uint(16, 2),
  assigningOrganization: ascii(20, 8),
  mediumTypeName: ascii(28, 8),
  description: ascii(36, 20),
};
const MEDIUM_TYPE_LENGTH = 56;
const DENSITY_CODES = { count: 4, first: 5, most: 9 };

export interface MediumTypeSupport extends FieldValues<typeof MEDIUM_TYPE> {
  readonly densityCodes: readonly number[];
}

const HEADER = { availableLength: uint(0, 2) };
const HEADER_LENGTH = 4;
const WHAT = 'REPORT DENSITY SUPPORT';

export function decodeDensitySupport(bytes: Uint8Array): DensitySupport[] {
  return descriptors(bytes, DENSITY_LENGTH).map((descriptor) => decodeFields(DENSITY, descriptor, WHAT));
}

export function encodeDensitySupport(densities: readonly DensitySupport[]): Uint8Array {
  return withHeader(densities.map((density) => encodeFields(DENSITY, DENSITY_LENGTH, density, WHAT)));
}

export function decodeMediumTypeSupport(bytes: Uint8Array): MediumTypeSupport[] {
  return descriptors(bytes, MEDIUM_TYPE_LENGTH).map((descriptor) => {
    const count = Math.min(descriptor[DENSITY_CODES.count] ?? 0, DENSITY_CODES.most);
    const densityCodes = [...descriptor.subarray(DENSITY_CODES.first, DENSITY_CODES.first + count)];
    return { ...decodeFields(MEDIUM_TYPE, descriptor, WHAT), densityCodes };
  });
}

/** Throws InvalidArgumentError for more than nine density codes, or a value that does not fit. */
export function encodeMediumTypeSupport(mediumTypes: readonly MediumTypeSupport[]): Uint8Array {
  return withHeader(mediumTypes.map(encodeMediumType));
}

function encodeMediumType({ densityCodes, ...fields }: MediumTypeSupport): Uint8Array {
  if (densityCodes.length > DENSITY_CODES.most) {
    throw new InvalidArgumentError(`${WHAT}: at most ${DENSITY_CODES.most} density codes fit a medium type`);
  }
  const bytes = encodeFields(MEDIUM_TYPE, MEDIUM_TYPE_LENGTH, fields, WHAT);
  bytes[DENSITY_CODES.count] = densityCodes.length;
  new DataView(bytes.buffer).setUint16(2, MEDIUM_TYPE_LENGTH - HEADER_LENGTH);
  bytes.set(densityCodes, DENSITY_CODES.first);
  return bytes;
}

/**
 * Splits the complete descriptors. Drives differ in the DESCRIPTOR LENGTH field, but the real length is always the
 * same.
 */
function descriptors(bytes: Uint8Array, length: number): readonly Uint8Array[] {
  const listed = new ByteReader(bytes, WHAT).u16(0) + 2 - HEADER_LENGTH;
  return splitStructures(bytes, HEADER_LENGTH, listed, () => length).whole;
}

function withHeader(parts: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(...parts);
  const values = { availableLength: body.length + HEADER_LENGTH - 2 };
  return concatBytes(encodeFields(HEADER, HEADER_LENGTH, values, WHAT), body);
}
