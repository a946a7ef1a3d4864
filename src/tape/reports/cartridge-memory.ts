import { LARGEST_COUNT, type NumberRange, requireNumbers } from '../../arguments/number.js';
import type { OptionNames } from '../../arguments/option-names.js';
import { requireOptions } from '../../arguments/options.js';
import { VerificationError } from '../../errors/index.js';
import { readAttribute, writeAttribute } from '../../scsi/commands/attribute.js';
import { decodeAttributeValues, encodeAttributeValues, type RawAttribute } from '../../scsi/mam/attribute-list.js';
import { encodeHostAttributes, type HostAttributes } from '../../scsi/mam/host.js';
import { type MamValues, mamValues } from '../../scsi/mam/values.js';
import { hexCode, toHex } from '../../scsi/wire/bytes.js';
import type { DrivePort } from '../port/drive-port.js';
import { PARTITION_OPTIONS, PARTITIONS, type PartitionOptions } from '../port/partitions.js';

/** Content of the cartridge memory (MAM). */
export interface CartridgeMemory {
  /** Decoded, by name. */
  readonly values: MamValues;
  /** All attributes as received, including unknown ones. */
  readonly attributes: readonly RawAttribute[];
}

/** Some host adapters abort READ ATTRIBUTE with larger allocation lengths, so longer lists are read in parts. */
const ALLOCATION_LENGTH = 4096;
const MAX_PARTS = 64;

/**
 * Reads all attributes of a partition; undefined if the drive has no READ ATTRIBUTE. It can take minutes on some drives
 * while the tape moves.
 */
export async function readCartridgeMemory(port: DrivePort, partition = 0): Promise<CartridgeMemory | undefined> {
  const attributes: RawAttribute[] = [];
  for (let i = 0; i < MAX_PARTS; i += 1) {
    const firstAttribute = (attributes.at(-1)?.id ?? -1) + 1;
    const command = readAttribute({ partition, firstAttribute, allocationLength: ALLOCATION_LENGTH });
    const reply = await port.queryIfSupported(command);
    // An identifier after the last set one is an illegal field of the CDB (SPC-5).
    if (reply === undefined) return attributes.length === 0 ? undefined : { attributes, values: mamValues(attributes) };
    const part = decodeAttributeValues(reply.data);
    attributes.push(...part.attributes.filter(({ id }) => id >= firstAttribute));
    if (!part.truncated || part.attributes.length === 0) break;
  }
  return { attributes, values: mamValues(attributes) };
}

/** Reads one attribute; undefined if it is not set. */
async function readAttributeById(port: DrivePort, id: number, partition = 0): Promise<RawAttribute | undefined> {
  const command = readAttribute({ partition, firstAttribute: id, allocationLength: ALLOCATION_LENGTH });
  const reply = await port.queryIfSupported(command);
  return reply && decodeAttributeValues(reply.data).attributes.find((attribute) => attribute.id === id);
}

/**
 * Options of `TapeDrive.setAttributes`, as in `setAttributes({ userMediumLabel: 'offsite' })`. It rejects with
 * InvalidArgumentError for an unknown name or a value that does not fit, WriteProtectedError, IllegalRequestError for
 * an attribute that the drive refuses, and VerificationError for one that reads back differently.
 */
/** `partition`: whose attributes, where each partition has its own. */
export interface SetAttributesOptions extends PartitionOptions {
  /** `TapeDrive.mediumEpoch` when the cartridge was identified: no other one is written. */
  readonly mediumEpoch?: number | undefined;
}

const SET_OPTIONS: OptionNames<SetAttributesOptions> = { ...PARTITION_OPTIONS, mediumEpoch: true };
const WRITE_RANGES = {
  partition: PARTITIONS,
  mediumEpoch: { min: 0, max: LARGEST_COUNT, unit: 'changes' },
} satisfies Record<string, NumberRange>;

/**
 * Writes host attributes through to the chip and reads each back; null deletes. Rejects with InvalidArgumentError for a
 * value that does not fit, WriteProtectedError, and VerificationError if an attribute reads back differently.
 */
export async function writeHostAttributes(
  port: DrivePort,
  values: HostAttributes,
  options: SetAttributesOptions = {},
): Promise<void> {
  const details = { device: port.device, operation: 'WRITE ATTRIBUTE' };
  requireOptions(options, details, SET_OPTIONS);
  requireNumbers(options, WRITE_RANGES, details);
  const { partition = 0, mediumEpoch, signal } = options;
  signal?.throwIfAborted();
  const attributes = encodeHostAttributes(values);
  if (attributes.length === 0) return;
  const data = encodeAttributeValues(attributes);
  await port.query(writeAttribute({ data, partition, writeThrough: true }), { mediumEpoch, signal });
  for (const { id, bytes } of attributes) {
    const written = await readAttributeById(port, id, partition);
    if (toHex(written?.bytes ?? new Uint8Array(0)) === toHex(bytes)) continue;
    throw new VerificationError(`attribute ${hexCode(id, 4)} does not read back as written`, {
      ...details,
      next: 'The drive does not keep this attribute: do not rely on it',
    });
  }
}
