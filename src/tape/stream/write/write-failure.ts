import { callFailure } from '../../../device/system-errors.js';
import {
  EncryptionError,
  EndOfMediumError,
  LtoError,
  MediumChangedError,
  MediumError,
  PositionLostError,
  PositionMismatchError,
  ProtectionError,
  RecordTooLargeError,
  type SafeExtent,
  TransportError,
  WriteError,
} from '../../../errors/index.js';
import { whatOf } from '../../../errors/lto-error.js';
import { isSystemError } from '../../../errors/system-error.js';
import { protectionBytes } from '../../../scsi/protection/methods.js';
import { roundDownToPage } from '../../../transport/page.js';
import { endedEarly, forgetWriting, isNearEnd } from '../../motion/medium-end.js';
import { RECORDS, space } from '../../motion/motion.js';
import { readBufferPosition } from '../../motion/position.js';
import { permitWriting } from '../../motion/write-permission.js';
import { type DrivePort, NOTHING_CERTAIN } from '../../port/drive-port.js';
import { endFile } from '../file/end-file.js';
import { findCarried } from '../file/probe-path.js';
import type { FileStart } from '../file/start-file.js';
import { type RecordWriter, WriterStopped } from './record-writer.js';

/** A file that is being written. */
export interface OpenFile {
  readonly port: DrivePort;
  readonly start: FileStart;
  readonly recordSize: number;
  readonly writer: RecordWriter;
}

/** The typed error for a writer that stopped, with what is safe. A full tape gets its filemark here. */
export async function explainStop(file: OpenFile, error: unknown): Promise<Error> {
  const { port, writer } = file;
  await writer.idle();
  const details = { device: port.device, operation: 'write' };
  // Checked before diagnosing the drive: a position that is one short would be blamed on another program.
  if (await endedEarly(port, file.start.firstLogicalObject, writer.records)) return endOfMedium(file, errnoOf(error));
  const failure = callFailure(error);
  if (failure) return explainWriteError(file, await port.diagnose(failure, details));
  if (error instanceof TransportError && (await hasBegun(file))) return explainWriteError(file, error);
  if (!(error instanceof WriterStopped)) return error instanceof Error ? error : new Error(String(error));
  const { kind, outcome } = error.stop;
  if (kind !== 'error') return endOfMedium(file, outcome?.code);
  if (outcome?.code === 'EBUSY') return refusedByPath(file);
  const reason = await port.diagnose({ code: outcome?.code ?? 'EIO', syscall: 'write' }, details);
  if (reason instanceof EncryptionError) return reason;
  if (reason instanceof ProtectionError) return damagedOnTheWay(file, reason);
  return writer.records === 0 && reason instanceof LtoError ? reason : explainWriteError(file, reason);
}

/** The record is not on tape; the records before it are, as far as the drive reports. */
async function damagedOnTheWay(file: OpenFile, reason: ProtectionError): Promise<ProtectionError> {
  const safe = await committed(file);
  const { device, operation, errno, next } = reason;
  return new ProtectionError(
    `${whatOf(reason)}; ${safe.records} records with ${safe.bytes} bytes are certainly on tape`,
    {
      device,
      operation,
      errno,
      next,
      cause: reason,
      safe,
    },
  );
}

/** Whether any record is on tape; records of a call without an outcome are not counted. */
async function hasBegun({ port, start: { firstLogicalObject }, writer }: OpenFile): Promise<boolean> {
  if (writer.records > 0) return true;
  const stands = await port.transport.tell().catch(() => undefined);
  return firstLogicalObject !== undefined && stands !== undefined && stands !== firstLogicalObject;
}

/** The record never reached the drive. If it is the first of the file, nothing has changed. */
async function refusedByPath(file: OpenFile): Promise<Error> {
  const { port, recordSize, writer } = file;
  const extra = protectionBytes(writer.protection);
  const sent = recordSize + extra;
  const largest = (carried: number) => Math.max(0, extra === 0 ? carried : roundDownToPage(carried - extra));
  port.path.refuse(sent);
  if (writer.records > 0) return explainWriteError(file, refusedRecordSize(port, sent, largest(port.path.carried)));
  await forgetWriting(port);
  return refusedRecordSize(port, sent, largest(await findCarried(port, sent)));
}

function refusedRecordSize({ device }: DrivePort, recordSize: number, largest: number): RecordTooLargeError {
  return new RecordTooLargeError(
    `the path to the drive does not carry records of ${recordSize} bytes (EBUSY), but ${largest} at most`,
    {
      device,
      operation: 'write',
      errno: 'EBUSY',
      offered: recordSize,
      largest,
      limit: 'path',
      next: `Write with a \`recordSize\` of ${largest}, or through a host adapter with a longer scatter list (sg_tablesize in /sys/class/scsi_host)`,
    },
  );
}

/** A full tape, whose file gets its filemark here. */
async function endOfMedium(file: OpenFile, errno: string | undefined): Promise<Error> {
  const { port } = file;
  const ended = await endFullFile(file).catch((reason: unknown) => reason);
  if (ended instanceof EncryptionError) return ended;
  return fullTape(port, typeof ended === 'number' ? extentOf(file, ended) : await committed(file), errno);
}

/** The error for a file cut off by the end of the medium. */
export function fullTape({ device }: DrivePort, safe: SafeExtent, errno?: string): EndOfMediumError {
  const { records, bytes, filemark } = safe;
  return new EndOfMediumError(`the tape is full: ${records} records with ${bytes} bytes are safe on it`, {
    device,
    operation: 'write',
    errno,
    safe,
    next: filemark ? 'Continue on another cartridge' : 'The file has no filemark: read it back before relying on it',
  });
}

/** Resolves with the records before the filemark. If there is no room for it, it replaces the last record. */
async function endFullFile({ port, start, writer }: OpenFile): Promise<number> {
  const { firstLogicalObject } = start;
  const { records } = writer;
  try {
    return await endFile(port, start, records);
  } catch (reason) {
    const stands = firstLogicalObject === undefined ? undefined : (await port.transport.tell()) - firstLogicalObject;
    // One less if the drive did not take the last record either.
    const hasRecord = stands !== undefined && stands > 0 && (stands === records || stands === records - 1);
    if (reason instanceof EncryptionError || !hasRecord || !(await isNearEnd(port))) throw reason;
    await forgetWriting(port);
    await space(port, RECORDS, -1);
    await permitWriting(port, 'overwrite', 'MTWEOF 1');
    return await endFile(port, start, stands - 1);
  }
}

/** Extent before the filemark. Only the last record of a file may be shorter than the others. */
export function extentOf({ recordSize, writer }: OpenFile, records: number): SafeExtent {
  const bytes = records === writer.records ? writer.bytes : records * recordSize;
  return { records, bytes, filemark: true };
}

function errnoOf(error: unknown): string | undefined {
  if (error instanceof WriterStopped) return error.stop.outcome?.code;
  return isSystemError(error) ? error.code : undefined;
}

/** Why a file whose records are all written could not be ended. */
export async function explainUnended(file: OpenFile, reason: unknown): Promise<unknown> {
  const isFinal = [PositionMismatchError, EncryptionError, ProtectionError, EndOfMediumError].some(
    (type) => reason instanceof type,
  );
  if (isFinal) return reason;
  const errno = reason instanceof LtoError ? reason.errno : undefined;
  const isFull = reason instanceof MediumError && (await isNearEnd(file.port));
  return isFull ? endOfMedium(file, errno) : explainWriteError(file, reason);
}

async function explainWriteError(file: OpenFile, reason: unknown): Promise<WriteError> {
  const lost = [PositionLostError, PositionMismatchError, MediumChangedError].some((type) => reason instanceof type);
  const safe = lost ? NOTHING_CERTAIN : await committed(file);
  const { records, bytes } = safe;
  // A drive's error is explained by its sense data, a transport's only by its message.
  const why = reason instanceof TransportError ? `: ${reason.message}` : '';
  return new WriteError(`writing failed: ${records} records with ${bytes} bytes are certainly on tape${why}`, {
    device: file.port.device,
    operation: 'write',
    ...(reason instanceof LtoError && { sense: reason.sense, errno: reason.errno }),
    ...(reason instanceof LtoError && why === '' && { next: reason.next }),
    cause: reason,
    safe,
    ...(!lost && { fileNumber: file.start.fileNumber }),
  });
}

/** What the drive reports to have moved from its buffer to the medium. */
async function committed({ port, start, recordSize, writer }: OpenFile): Promise<SafeExtent> {
  const { firstLogicalObject } = start;
  const position = await readBufferPosition(port).catch(() => undefined);
  if (firstLogicalObject === undefined || position?.lastObject === undefined) return NOTHING_CERTAIN;
  const behind = position.lastObject - firstLogicalObject;
  const records = Math.max(0, Math.min(writer.records, behind));
  return { records, bytes: Math.min(records * recordSize, writer.bytes), filemark: false };
}

/** For what a destroyed stream did not get to. */
export function givenUp(device: string): LtoError {
  return new LtoError('LTO_STREAM_DESTROYED', 'the stream was destroyed before the drive had all of this', {
    device,
    operation: 'write',
    next: 'Write it again, as a new file',
  });
}
