import { readAttribute } from '../../scsi/commands/attribute.js';
import { decodeAttributeIds, decodePartitionList } from '../../scsi/mam/attribute-list.js';
import type { DrivePort } from '../port/drive-port.js';

/** Identifiers of the attributes of a partition; undefined if the drive does not list them. */
export interface AttributeLists {
  /** Those that are set. */
  readonly set: readonly number[] | undefined;
  /** Those that can be set. */
  readonly supported: readonly number[] | undefined;
}

export async function readAttributeLists(port: DrivePort, partition = 0): Promise<AttributeLists> {
  return {
    set: await attributeIds(port, 'attributeList', partition),
    supported: await attributeIds(port, 'supportedAttributes', partition),
  };
}

async function attributeIds(
  port: DrivePort,
  serviceAction: 'attributeList' | 'supportedAttributes',
  partition: number,
): Promise<readonly number[] | undefined> {
  return port.told(readAttribute({ serviceAction, partition }), (data) => decodeAttributeIds(data).ids);
}

/** Numbers of the partitions that have attributes; undefined if the drive does not report them. */
export async function readPartitionList(port: DrivePort): Promise<readonly number[] | undefined> {
  const range = await port.told(readAttribute({ serviceAction: 'partitionList' }), decodePartitionList);
  return range && Array.from({ length: range.count }, (_, index) => range.first + index);
}
