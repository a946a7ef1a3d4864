import { requireNumber } from '../../arguments/number.js';
import { IllegalRequestError, InvalidArgumentError, PositionMismatchError } from '../../errors/index.js';
import { locate10 } from '../../scsi/commands/position.js';
import { MtOperation } from '../../transport/mtio.js';
import type { CallOptions } from '../../transport/scsi-transport.js';
import type { DrivePort } from '../port/drive-port.js';
import { PARTITIONS } from '../port/partitions.js';
import { readPartition } from './position.js';

// A cartridge may have several partitions, each with files of its own, and a drive stays in the one that it was sent to,
// whoever sent it there and whoever opens the device next.

export interface PartitionOptions extends CallOptions {
  /** Counted from 0, the default, which is the only one of most cartridges. */
  readonly partition?: number | undefined;
}

/**
 * Goes to the beginning of a partition, unless the tape stands somewhere in it already. Rejects with
 * InvalidArgumentError when there is no such partition, and PositionMismatchError when the drive does not go there.
 */
export async function enterPartition(port: DrivePort, partition: number, options?: CallOptions): Promise<void> {
  requirePartitionNumber(port, partition);
  const here = await readPartition(port);
  // A drive that tells nothing of partitions has one.
  const isThere = here === partition || (here === undefined && partition === 0);
  if (!isThere) await changePartition(port, partition, options);
  port.partition = partition;
}

/** To the beginning of a partition. */
export async function rewind(port: DrivePort, { partition = 0, ...options }: PartitionOptions = {}): Promise<void> {
  requirePartitionNumber(port, partition);
  await port.mt('MTREW', 1, options);
  await enterPartition(port, partition, options);
}

/**
 * Throws PositionMismatchError when the tape stands in another partition than a user of this handle has gone to: another
 * program has left it there, and what is written there is not where anybody looks for it.
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
 * By the driver where it has the option can-partitions (MTSETPART, carried out by the next motion), so that it knows of
 * the change; else by LOCATE past it. Either way the rewind that follows is the driver's own, and its file and block
 * numbers are right again.
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
