import { isTraced, traced } from '../../device/operation-log.js';
import type { TapeReadStream } from './read/read-stream.js';
import { TapeWriteStream } from './write/write-stream.js';

/** Publishes the life of a stream, with what it has moved. */
export function traceStream<T extends TapeWriteStream | TapeReadStream>(device: string, stream: T): T {
  if (!isTraced()) return stream;
  const operation = stream instanceof TapeWriteStream ? 'write file' : 'read file';
  const ending = traced({ subject: 'TapeDrive', operation, device }, async (event) => {
    const failure = await new Promise<Error | null>((resolve) => stream.once('close', () => resolve(stream.errored)));
    event.moved = movedBy(stream);
    if (failure) throw failure;
  });
  // It is the error of the stream, which somebody else handles.
  ending.catch(() => undefined);
  return stream;
}

function movedBy(stream: TapeWriteStream | TapeReadStream) {
  if (stream instanceof TapeWriteStream) {
    return { fileNumber: stream.fileNumber, records: stream.recordsWritten, bytes: stream.bytesWritten };
  }
  const { fileNumber, records = 0, bytes = stream.bytesRead } = stream.summary ?? {};
  return { fileNumber, records, bytes };
}
