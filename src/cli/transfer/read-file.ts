import type { Readable } from 'node:stream';
import { closed } from '../../streams/closed.js';
import type { ReadStreamOptions } from '../../tape/stream/read/read-options.js';
import type { ReadSummary, TapeReadStream } from '../../tape/stream/read/read-stream.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import { type Work, withProgress } from '../output/progress.js';
import { interruptibleOn } from '../run/interrupted-drive.js';

/** Consumes the file; stops when the signal is aborted. */
export type Consume = (source: Readable, signal: AbortSignal) => Promise<unknown>;

/** Reads one tape file to its end, with progress. Rejects with InterruptedError after a signal. */
export function readTapeFile(drive: TapeDrive, options: ReadStreamOptions, consume: Consume): Promise<ReadSummary> {
  let source: TapeReadStream | undefined;
  const done = () => source?.bytesRead ?? 0;
  return withInterruption(drive, { label: 'reading', done }, (signal) =>
    drive.readFile({ ...options, signal }, (stream) => {
      source = stream;
      return consume(stream, signal);
    }),
  );
}

/** As `readTapeFile`, but `consume` may stop before the end. Resolves when the tape stands still. */
export async function passTapeFile(
  drive: TapeDrive,
  options: ReadStreamOptions,
  consume: Consume,
  files?: () => number,
): Promise<TapeReadStream> {
  const stream = drive.createReadStream(options);
  const work = { label: 'reading', done: () => stream.bytesRead, files };
  await withInterruption(drive, work, async (signal) => {
    try {
      await consume(stream, signal);
    } catch (error) {
      // Only then does the tape stand where the drive says.
      stream.destroy();
      await closed(stream).catch(() => undefined);
      throw error;
    }
  });
  await closed(stream);
  return stream;
}

async function withInterruption<T>(drive: TapeDrive, work: Work, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return interruptibleOn(drive, ({ signal }) => withProgress(work, () => run(signal)));
}

/** `crc32`, `sha256`, or the expected checksum, such as `sha256:<64 hex digits>`. */
export function checksumOptions(checksum: string | undefined): ReadStreamOptions {
  const algorithm = checksum?.split(':')[0];
  return {
    checksum: algorithm as ReadStreamOptions['checksum'],
    expectedChecksum: checksum?.includes(':') ? checksum.toLowerCase() : undefined,
  };
}
