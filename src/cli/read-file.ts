import type { Readable } from 'node:stream';
import { LtoError } from '../errors/index.js';
import { closed } from '../tape/closed.js';
import type { ReadStreamOptions } from '../tape/read-options.js';
import type { ReadSummary, TapeReadStream } from '../tape/read-stream.js';
import type { TapeDrive } from '../tape/tape-drive.js';
import { InterruptedError, interruptible } from './interrupt.js';
import { withProgress } from './progress.js';

/** Consumes the file that it is given; stops when the signal is aborted. */
export type Consume = (source: Readable, signal: AbortSignal) => Promise<unknown>;

/** Reads one file of the tape to its end, with progress. Rejects with InterruptedError after a signal. */
export async function readTapeFile(
  drive: TapeDrive,
  options: ReadStreamOptions,
  consume: Consume,
): Promise<ReadSummary> {
  const { summary } = await passTapeFile(drive, options, consume);
  if (summary) return summary;
  throw new LtoError('LTO_INTERNAL', 'the stream ended without a summary', { device: drive.device });
}

/** As `readTapeFile`, for what may not read to the end: resolves when the tape stands still. */
export async function passTapeFile(
  drive: TapeDrive,
  options: ReadStreamOptions,
  consume: Consume,
  files?: () => number,
): Promise<TapeReadStream> {
  const stream = drive.createReadStream(options);
  const work = { label: 'reading', done: () => stream.bytesRead, files };
  await interruptible(async ({ signal, received }) => {
    try {
      await withProgress(work, () => consume(stream, signal));
    } catch (error) {
      const name = received();
      throw name ? new InterruptedError(name, { device: drive.device, cause: error }) : error;
    }
  });
  await closed(stream);
  return stream;
}

/** `crc32`, `sha256`, or a checksum that the file must have, such as `sha256:<64 hex digits>`. */
export function checksumOptions(checksum: string | undefined): ReadStreamOptions {
  const algorithm = checksum?.split(':')[0];
  return {
    checksum: algorithm as ReadStreamOptions['checksum'],
    expectedChecksum: checksum?.includes(':') ? checksum.toLowerCase() : undefined,
  };
}
