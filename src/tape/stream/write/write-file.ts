import { LtoError, type SafeExtent, WriteError } from '../../../errors/index.js';
import { closed } from '../../../streams/closed.js';
import { takeSource } from '../../../streams/taken-source.js';
import type { TapeReceipt } from '../file/receipt.js';
import type { TapeWriteStream } from './write-stream.js';

/**
 * Writes all of a source to the stream that `open` makes; resolves with the receipt when the tape has stopped. Owns the
 * source from the call on: destroys it if the stream is refused or fails.
 */
export async function writeFile(device: string, source: unknown, open: () => TapeWriteStream): Promise<TapeReceipt> {
  const taken = takeSource(source, { device, operation: 'write' });
  if (taken.failure) throw sourceError(device, undefined, taken.failure.reason);
  const stream = opened(taken, open);
  try {
    await taken.feed(stream);
  } catch (error) {
    await closed(stream);
    // An abort during the last filemark is too late: the file is complete.
    if (stream.receipt === undefined) throw whatIsOnTape(device, stream, taken.failure, error);
  }
  await closed(stream);
  if (stream.receipt) return stream.receipt;
  throw new LtoError('LTO_INTERNAL', 'the stream ended without a receipt', { device });
}

function opened(taken: { discard(reason: unknown): void }, open: () => TapeWriteStream): TapeWriteStream {
  try {
    return open();
  } catch (error) {
    taken.discard(error);
    throw error;
  }
}

/** Errors of the drive already say what is safe; for any other failure the incomplete file is described. */
function whatIsOnTape(
  device: string,
  stream: TapeWriteStream,
  failure: { readonly reason: unknown } | undefined,
  error: unknown,
): unknown {
  if (failure) return sourceError(device, stream, failure.reason);
  const isTold = error instanceof LtoError || stream.bytesWritten === 0;
  return stream.incomplete || !isTold ? incompleteError(device, stream, error, 'it was ended early') : error;
}

function sourceError(device: string, stream: TapeWriteStream | undefined, reason: unknown): LtoError {
  if (stream !== undefined && stream.bytesWritten > 0) {
    return incompleteError(device, stream, reason, 'the source failed');
  }
  if (reason instanceof LtoError && reason.code === 'LTO_INVALID_ARGUMENT') return reason;
  return new WriteError(`the source failed before anything was written: ${inWords(reason)}`, {
    device,
    operation: 'write',
    cause: reason,
    safe: NOTHING,
    next: 'Nothing was written: write the source again when it can be read',
  });
}

const NOTHING: SafeExtent = { records: 0, bytes: 0, filemark: false };

function incompleteError(device: string, stream: TapeWriteStream, cause: unknown, why: string): WriteError {
  const { fileNumber, records, bytes } = stream.incomplete ?? { fileNumber: stream.fileNumber, ...NOTHING };
  const filemark = stream.incomplete !== undefined;
  const end = filemark ? `holds only ${bytes} bytes` : 'could not be closed with a filemark';
  return new WriteError(`file ${fileNumber ?? '?'} is incomplete and ${end}: ${why}: ${inWords(cause)}`, {
    device,
    operation: 'write',
    cause,
    safe: { records, bytes, filemark },
    fileNumber,
    next: filemark
      ? 'The file is closed with a filemark: write the source again, as a new one'
      : 'Look at the end of the tape before anything is written behind it',
  });
}

function inWords(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
