import { requireNumber } from '../../arguments/number.js';
import type { CallOptions } from '../../arguments/options.js';
import { IllegalRequestError, InvalidArgumentError, PositionMismatchError } from '../../errors/index.js';
import { locate10 } from '../../scsi/commands/position.js';
import { MtOperation } from '../../transport/mtio.js';
import type { DrivePort } from '../port/drive-port.js';
import { PARTITIONS, type PartitionOptions } from '../port/partitions.js';
import { readPartition } from './position.js';

// A cartridge may have several partitions, each with its own files. The drive stays in the partition it was last sent
// to, also across processes and opens.

/**
 * Goes to the beginning of a partition, unless the tape already stands in it. Rejects with InvalidArgumentError if
 * there is no such partition, and with PositionMismatchError if the drive does not go there.
 */
export async function enterPartition(port: DrivePort, partition: number, options?: CallOptions): Promise<void> {
  requirePartitionNumber(port, partition);
  const here = await readPartition(port);
  // A drive that reports no partition has only one.
  const isThere = here === partition || (here === undefined && partition === 0);
  if (!isThere) await changePartition(port, partition, options);
  port.partition = partition;
}

/** Rewinds to the beginning of a partition. */
export async function rewind(port: DrivePort, { partition = 0, ...options }: PartitionOptions = {}): Promise<void> {
  requirePartitionNumber(port, partition);
  await port.mt('MTREW', 1, options);
  await enterPartition(port, partition, options);
}

/**
 * Throws PositionMismatchError if the tape stands in another partition than this handle was sent to: another program
 * moved it, and data written there would not be found.
 */
export async function requirePartition(port: DrivePort, partition: number, operation: string): Promise<void> {
  requirePartitionNumber(port, partition);
  const here = await readPartition(port).catch(() => undefined);
  if (here === undefined || here === partition) return;
  throw new PositionMismatchError(`the tape stands in partition ${here}, not in partition ${partition}`, {
    device: port.device,
    operation,
    next: `Rewind, which goes to partition 0, or go to a place in partition ${here} and name it`,
  });
}

/**
 * Uses the driver's MTSETPART if the option can-partitions is set (carried out by the next motion), so that the driver
 * learns of the change; otherwise LOCATE, bypassing the driver. The rewind that follows is the driver's own in either
 * case and makes its file and block numbers correct again.
 */
async function changePartition(port: DrivePort, partition: number, options?: CallOptions): Promise<void> {
  await port.transport.mt(MtOperation.MTSETPART, partition, options).catch(() => undefined);
  await port.mt('MTREW', 1, options);
  if ((await readPartition(port)) === partition) return;
  await port.query(locate10({ logicalObject: 0, partition }), options).catch((error: unknown) => {
    if (!(error instanceof IllegalRequestError)) throw error;
    throw new InvalidArgumentError(`there is no partition ${partition} on the cartridge`, {
      device: port.device,
      operation: 'change partition',
      cause: error,
      next: 'Partitions are counted from 0; most cartridges have one',
    });
  });
  await port.mt('MTREW', 1, options);
  const here = await readPartition(port);
  if (here === partition) return;
  throw new PositionMismatchError(`the drive stays in partition ${here ?? '?'} instead of going to ${partition}`, {
    device: port.device,
    operation: 'change partition',
    next: 'Load the cartridge again',
  });
}

function requirePartitionNumber(port: DrivePort, partition: number): void {
  requireNumber('partition', partition, PARTITIONS, { device: port.device });
}
