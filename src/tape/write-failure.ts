import {
  EncryptionError,
  EndOfMediumError,
  LtoError,
  MediumChangedError,
  PositionLostError,
  PositionMismatchError,
  RecordTooLargeError,
  type SafeExtent,
  WriteError,
} from '../errors/index.js';
import { isSystemError } from '../transport/system-error.js';
import type { DrivePort } from './drive-port.js';
import { endFile } from './end-file.js';
import { readBufferPosition } from './position.js';
import { findCarried } from './probe-path.js';
import { type RecordWriter, WriterStopped } from './record-writer.js';
import type { FileStart } from './start-file.js';

/** A file that is being written. */
export interface OpenFile {
  readonly port: DrivePort;
  readonly start: FileStart;
  readonly recordSize: number;
  readonly writer: RecordWriter;
}

const NOTHING_CERTAIN: SafeExtent = { records: 0, bytes: 0, filemark: false };

/** The typed error for a writer that stopped, with what is safe. A full tape gets its filemark here. */
export async function explainStop(file: OpenFile, error: unknown): Promise<Error> {
  const { port, writer } = file;
  await writer.idle();
  const details = { device: port.device, operation: 'write' };
  if (isSystemError(error)) return explainWriteError(file, await port.diagnose(error, details));
  if (!(error instanceof WriterStopped)) return error instanceof Error ? error : new Error(String(error));
  const { kind, outcome } = error.stop;
  if (kind !== 'error') return endOfMedium(file, outcome?.code);
  if (outcome?.code === 'EBUSY') return refusedByPath(file);
  const cause = Object.assign(new Error(`write: ${outcome?.code}`), {
    code: outcome?.code ?? 'EIO',
    syscall: 'write',
    errno: outcome?.errno ?? 0,
  });
  const reason = await port.diagnose(cause, details);
  if (reason instanceof EncryptionError) return reason;
  return writer.records === 0 && reason instanceof LtoError ? reason : explainWriteError(file, reason);
}

/** The record never reached the drive. As the first of the file it leaves everything as it was. */
async function refusedByPath(file: OpenFile): Promise<Error> {
  const { port, recordSize, writer } = file;
  port.path.refuse(recordSize);
  if (writer.records > 0) return explainWriteError(file, refusedRecordSize(port, recordSize, port.path.carried));
  // `st` believes that it is writing, and would put a filemark here at its next rewind or close.
  await port.mt('MTFSR', 0);
  return refusedRecordSize(port, recordSize, await findCarried(port, recordSize));
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

async function endOfMedium(file: OpenFile, errno: string | undefined): Promise<Error> {
  const { port, start, writer } = file;
  const problem = await endFile(port, start, writer.records).catch((reason: unknown) => reason);
  if (problem instanceof EncryptionError) return problem;
  const closed = problem === undefined;
  const safe = closed ? { records: writer.records, bytes: writer.bytes, filemark: true } : await committed(file);
  return new EndOfMediumError(`the tape is full: ${safe.records} records with ${safe.bytes} bytes are safe on it`, {
    device: port.device,
    operation: 'write',
    errno,
    safe,
    next: closed ? 'Continue on another cartridge' : 'The file has no filemark: read it back before relying on it',
  });
}

export async function explainWriteError(file: OpenFile, reason: unknown): Promise<WriteError> {
  const lost = [PositionLostError, PositionMismatchError, MediumChangedError].some((type) => reason instanceof type);
  const safe = lost ? NOTHING_CERTAIN : await committed(file);
  return new WriteError(`writing failed: ${safe.records} records with ${safe.bytes} bytes are certainly on tape`, {
    device: file.port.device,
    operation: 'write',
    ...(reason instanceof LtoError && { sense: reason.sense, errno: reason.errno, next: reason.next }),
    cause: reason,
    safe,
  });
}

/** What the drive says it has moved from its buffer to the medium. */
async function committed({ port, start, recordSize, writer }: OpenFile): Promise<SafeExtent> {
  const { firstBlock } = start;
  const position = await readBufferPosition(port).catch(() => undefined);
  if (firstBlock === undefined || position?.lastObject === undefined) return NOTHING_CERTAIN;
  const behind = position.lastObject - firstBlock;
  const records = Math.max(0, Math.min(writer.records, behind));
  return { records, bytes: Math.min(records * recordSize, writer.bytes), filemark: false };
}
