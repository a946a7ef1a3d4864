import { ByteReader, concatBytes } from '../wire/bytes.js';
import { encodeFields, uint, uint64 } from '../wire/layout.js';

/**
 * Volume coherency information, attribute 080Ch (SSC-5): an application's state of a volume, valid for one volume
 * change reference.
 */
export interface VolumeCoherency {
  /** The volume change reference (attribute 0009h) that this state belongs to. */
  readonly volumeChangeReference: Uint8Array;
  readonly count: number;
  readonly setIdentifier: number;
  /** Data of the application; LTFS: `LTFS`, NUL, the volume's UUID, NUL, a version. */
  readonly applicationInformation: Uint8Array;
}

const AFTER_REFERENCE = { count: uint64(0), setIdentifier: uint64(8), informationLength: uint(16, 2) };
const AFTER_REFERENCE_LENGTH = 18;

export function decodeVolumeCoherency(bytes: Uint8Array): VolumeCoherency {
  const reader = new ByteReader(bytes, 'volume coherency information');
  const referenceLength = reader.u8(0);
  const at = 1 + referenceLength;
  return {
    volumeChangeReference: reader.bytes(1, referenceLength),
    count: reader.u64(at),
    setIdentifier: reader.u64(at + 8),
    applicationInformation: reader.bytes(at + AFTER_REFERENCE_LENGTH, reader.u16(at + 16)),
  };
}

/** Throws InvalidArgumentError for a reference above 255 bytes or information above 65535. */
export function encodeVolumeCoherency(coherency: VolumeCoherency): Uint8Array {
  const { volumeChangeReference: reference, applicationInformation: information, count, setIdentifier } = coherency;
  const what = 'volume coherency information';
  return concatBytes(
    encodeFields({ referenceLength: uint(0, 1) }, 1, { referenceLength: reference.length }, what),
    reference,
    encodeFields(
      AFTER_REFERENCE,
      AFTER_REFERENCE_LENGTH,
      { count, setIdentifier, informationLength: information.length },
      what,
    ),
    information,
  );
}
