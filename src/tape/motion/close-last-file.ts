import type { DrivePort } from '../port/drive-port.js';
import type { PartitionOptions } from '../port/partitions.js';
import { closeUnterminatedFile, spaceToEndOfData } from './end-of-data.js';
import { enterPartition } from './partition.js';
import { permitWriting } from './write-permission.js';

/** Writes the missing filemark of the last file of a partition, if it is missing. */
export async function closeLastFile(port: DrivePort, { partition = 0, ...options }: PartitionOptions): Promise<void> {
  await enterPartition(port, partition, options);
  const { end, fileNumber } = await spaceToEndOfData(port, options);
  if (end !== 'unterminated') return;
  await permitWriting(port, 'append', 'close the last file');
  await closeUnterminatedFile(port, fileNumber, options);
}
