import {
  InvalidArgumentError,
  MediumChangedError,
  PositionLostError,
  PositionMismatchError,
  UnterminatedFileError,
} from '../../../errors/index.js';
import { type BlockLimits, decodeBlockLimits } from '../../../scsi/commands/block-limits.js';
import { readBlockLimits } from '../../../scsi/commands/transfer.js';
import { type ProtectionName, protectionBytes } from '../../../scsi/protection/methods.js';
import { useProtection } from '../../block-protection/use-protection.js';
import { closeUnterminatedFile, requireSameEpoch, spaceToEndOfData } from '../../motion/end-of-data.js';
import { enterPartition, requirePartition } from '../../motion/partition.js';
import { readStanding } from '../../motion/position.js';
import { permitWriting, requireWriteRights } from '../../motion/write-permission.js';
import type { DrivePort } from '../../port/drive-port.js';
import { requireReady } from '../../reports/readiness.js';
import type { TransferOptions } from './transfer-options.js';

/** Where a file begins. */
export interface FileStart {
  readonly fileNumber: number;
  /** Logical object number of the first record; undefined if the drive does not report it. */
  readonly firstLogicalObject: number | undefined;
  /** READ BLOCK LIMITS data; undefined if the drive does not report it. */
  readonly limits: BlockLimits | undefined;
  /** Protection of each record between host and drive. */
  readonly protection: ProtectionName | undefined;
}

/** Where a file must begin, and on which cartridge. */
export interface ExpectedStart {
  readonly fileNumber: number;
  /** Logical object number; undefined if the drive does not report it. */
  readonly firstLogicalObject: number | undefined;
  /** `TapeDrive.mediumEpoch` when the cartridge was identified: no other cartridge is written. */
  readonly mediumEpoch: number;
}

/** Where a file is written. */
export interface StartOptions extends Pick<TransferOptions, 'partition' | 'protection'> {
  /**
   * `append` (the default) writes at the end of the recorded data of `partition`. `overwrite` writes at the current
   * position: all data after it is lost. Nothing is written unless that is in `partition`, by default the one that this
   * handle last moved to.
   */
  readonly position?: 'append' | 'overwrite' | undefined;
  /** Write the missing filemark of a last file that was cut off, instead of refusing to append after it. */
  readonly closeUnterminated?: boolean | undefined;
  /** Writes nothing and fails unless the file would begin exactly here; meant for `overwrite`. */
  readonly expected?: ExpectedStart | undefined;
}

/** Prepares the drive for a new file and moves to its position. Nothing is written unless the position is known. */
export async function startFile(port: DrivePort, recordSize: number, options: StartOptions): Promise<FileStart> {
  port.requireGuards('write');
  await requireReady(port);
  const protection = await useProtection(port, options.protection);
  const limits = await requireRecordSize(port, recordSize, protectionBytes(protection));
  await requireWriteRights(port, 'write');
  await useVariableBlocks(port);
  const { mediumEpoch } = port;
  await goToStart(port, options);
  await port.confirmPosition('write');
  requireSameEpoch(port, mediumEpoch, 'write');
  await permitWriting(port, options.position ?? 'append', 'write');
  const { fileNumber, logicalObject: firstLogicalObject } = await readStanding(port);
  if (fileNumber === undefined) {
    throw new PositionLostError('the position of the tape is not known', {
      device: port.device,
      operation: 'write',
      next: 'Rewind, or write with position `append`',
    });
  }
  if (options.expected) requireStart(port, options.expected, fileNumber, firstLogicalObject);
  await port.confirmGuards('write');
  return { fileNumber, firstLogicalObject, limits, protection };
}

/** Throws MediumChangedError if the cartridge may be another one, and PositionMismatchError for another position. */
export function requireStart(
  port: DrivePort,
  expected: ExpectedStart,
  fileNumber: number,
  firstLogicalObject: number | undefined,
): void {
  const details = { device: port.device, operation: 'write' };
  if (port.mediumEpoch !== expected.mediumEpoch) {
    throw new MediumChangedError('the cartridge may have been changed since it was identified', {
      ...details,
      next: 'Identify it again; nothing was written',
    });
  }
  if (fileNumber === expected.fileNumber && firstLogicalObject === expected.firstLogicalObject) return;
  throw new PositionMismatchError(
    `stands at file ${fileNumber}, block ${firstLogicalObject ?? '?'} instead of file ${expected.fileNumber}, block ${expected.firstLogicalObject ?? '?'}`,
    { ...details, next: 'Go to the end of the data again; nothing was written' },
  );
}

/** Fixed-block mode would split records differently; `st` takes the mode from the drive at each open. */
export async function useVariableBlocks(port: DrivePort): Promise<void> {
  if ((await port.status()).blockSize !== 0) await port.mt('MTSETBLK', 0);
}

/** Goes to the end of the data of the partition; to overwrite, the tape must already stand in the partition. */
async function goToStart(port: DrivePort, { position, partition, closeUnterminated }: StartOptions): Promise<void> {
  if (position === 'overwrite') return requirePartition(port, partition ?? port.partition, 'write');
  await enterPartition(port, partition ?? 0);
  await append(port, closeUnterminated ?? false);
}

async function append(port: DrivePort, closeUnterminated: boolean): Promise<void> {
  const { end, fileNumber } = await spaceToEndOfData(port);
  if (end === 'blank') await port.mt('MTREW');
  if (end !== 'unterminated') return;
  if (!closeUnterminated) {
    throw new UnterminatedFileError(`file ${fileNumber}, the last on the tape, was cut off before its filemark`, {
      device: port.device,
      operation: 'append',
      records: 0,
      bytes: 0,
      next: 'Read it if it matters, then append with `closeUnterminated`, which writes the filemark first',
    });
  }
  await permitWriting(port, 'append', 'append');
  await closeUnterminatedFile(port, fileNumber);
}

async function requireRecordSize(port: DrivePort, recordSize: number, extra: number): Promise<BlockLimits | undefined> {
  const reply = await port.queryIfSupported(readBlockLimits());
  if (reply === undefined) return undefined;
  const limits = decodeBlockLimits(reply.data);
  const { maximumBlockLength } = limits;
  // The driver compares the length including protection with the drive's limit.
  const isTooLong = maximumBlockLength > 0 && recordSize + extra > maximumBlockLength;
  if (takesRecord(limits, recordSize) && !isTooLong) return limits;
  throw refusedRecord(port.device, limits, recordSize, extra);
}

/** Whether READ BLOCK LIMITS allows a record of that length. LTO drives take any; emulations may want multiples. */
export function takesRecord(limits: BlockLimits, length: number): boolean {
  const { granularity, minimumBlockLength, maximumBlockLength } = limits;
  if (length < minimumBlockLength || length % 2 ** granularity !== 0) return false;
  return maximumBlockLength === 0 || length <= maximumBlockLength;
}

export function refusedRecord(device: string, limits: BlockLimits, length: number, extra = 0): InvalidArgumentError {
  const { granularity, minimumBlockLength, maximumBlockLength } = limits;
  const protection = extra === 0 ? '' : ` with ${extra} of protection`;
  return new InvalidArgumentError(
    `the drive takes records of ${minimumBlockLength} to ${maximumBlockLength} bytes in multiples of ${2 ** granularity}, not ${length}${protection}`,
    { device, operation: 'write', next: 'Choose another record size, or pad the source' },
  );
}
