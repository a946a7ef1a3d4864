import {
  decodeAttributeValues,
  decodeCdb,
  encodeAttributeIds,
  encodeAttributeValues,
  encodePartitionList,
  MAM_ATTRIBUTES,
  mamAttribute,
  type RawAttribute,
  READ_ATTRIBUTE,
  READ_ATTRIBUTE_ACTION,
  WRITE_ATTRIBUTE,
} from '../../../scsi/index.js';
import { attributeKey, type HostAttribute } from '../../cartridge/cartridge-memory.js';
import { attributesOf, bytesUsed, isHostAttribute, MEMORY_BYTES } from '../../cartridge/memory-attributes.js';
import type { Drive } from '../../drive/drive.js';
import {
  CheckCondition,
  invalidFieldInCdb,
  invalidFieldInParameterList,
  readList,
  sense,
} from '../../unit/check-condition.js';
import type { Request } from '../../unit/command.js';

const FIRST_ATTRIBUTE_BYTE = 8;

/** READ ATTRIBUTE */
export function readAttribute(drive: Drive, { cdb }: Request): Uint8Array {
  const { serviceAction, partition, firstAttribute, allocationLength } = decodeCdb(READ_ATTRIBUTE, cdb);
  if (!drive.hasPartition(partition)) throw invalidFieldInCdb(7);
  return answer(drive, serviceAction, partition, firstAttribute).subarray(0, allocationLength);
}

function answer(drive: Drive, serviceAction: number, partition: number, first: number): Uint8Array {
  const attributes = () => from(first, attributesOf(drive.requirePresent(), partition));
  switch (serviceAction) {
    case READ_ATTRIBUTE_ACTION.values:
      return encodeAttributeValues(attributes());
    case READ_ATTRIBUTE_ACTION.attributeList:
      return encodeAttributeIds(attributes().map(({ id }) => id));
    case READ_ATTRIBUTE_ACTION.logicalVolumeList:
      return encodePartitionList({ first: 0, count: 1 });
    case READ_ATTRIBUTE_ACTION.partitionList:
      return encodePartitionList({ first: 0, count: drive.requirePresent().partitions });
    case READ_ATTRIBUTE_ACTION.supportedAttributes:
      return encodeAttributeIds(supported(drive, partition));
    default:
      throw invalidFieldInCdb(1);
  }
}

/** The attributes from an identifier on, which must be set. */
function from(first: number, attributes: readonly RawAttribute[]): readonly RawAttribute[] {
  if (first !== 0 && !attributes.some(({ id }) => id === first)) throw invalidFieldInCdb(FIRST_ATTRIBUTE_BYTE);
  return attributes.filter(({ id }) => id >= first);
}

function supported(drive: Drive, partition: number): number[] {
  const kept = attributesOf(drive.requirePresent(), partition).map(({ id }) => id);
  const writable = MAM_ATTRIBUTES.map(({ id }) => id).filter(isHostAttribute);
  return [...new Set([...kept, ...writable])].toSorted((a, b) => a - b);
}

/** WRITE ATTRIBUTE: applied completely or not at all. */
export async function writeAttribute(drive: Drive, { cdb, dataOut }: Request): Promise<undefined> {
  const { partition, parameterListLength } = decodeCdb(WRITE_ATTRIBUTE, cdb);
  if (!drive.hasPartition(partition)) throw invalidFieldInCdb(7);
  if (parameterListLength === 0) return;
  const cartridge = drive.requirePresent();
  if (cartridge.memory.medium.writeProtected) throw new CheckCondition(sense('7/27/00'));
  const changes = changesIn(dataOut.subarray(0, parameterListLength));
  const changed = withChanges(cartridge.memory.attributes, changes, partition);
  if (bytesUsed({ ...cartridge.memory, attributes: changed }) > MEMORY_BYTES) {
    throw new CheckCondition(sense('5/55/06'));
  }
  await cartridge.writeAttributes(changed);
}

function changesIn(list: Uint8Array): readonly RawAttribute[] {
  const { attributes, truncated } = readList(() => decodeAttributeValues(list));
  if (truncated) throw new CheckCondition(sense('5/1a/00'));
  for (const attribute of attributes) {
    if (!isAllowed(attribute)) throw invalidFieldInParameterList(4);
  }
  return attributes;
}

/** An empty value deletes an attribute; any other must conform exactly to the standard. */
function isAllowed({ id, format, bytes }: RawAttribute): boolean {
  const entry = mamAttribute(id);
  if (entry === undefined || !isHostAttribute(id)) return false;
  return bytes.length === 0 || (format === entry.format && (entry.length === 0 || bytes.length === entry.length));
}

function withChanges(
  attributes: ReadonlyMap<number, HostAttribute>,
  changes: readonly RawAttribute[],
  partition: number,
): Map<number, HostAttribute> {
  const changed = new Map(attributes);
  for (const { id, format, bytes } of changes) {
    const key = attributeKey(id, partition);
    if (bytes.length === 0) changed.delete(key);
    else if (format !== 'reserved') changed.set(key, { format, value: bytes });
  }
  return changed;
}
