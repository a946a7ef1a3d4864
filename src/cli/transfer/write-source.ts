import { WriteError } from '../../errors/index.js';
import type { DataSource } from '../../streams/taken-source.js';
import type { TapeReceipt } from '../../tape/stream/file/receipt.js';
import type { WriteStreamOptions } from '../../tape/stream/write/write-options.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import { withProgress } from '../output/progress.js';
import { InterruptedError, type Interruption } from '../run/interrupt.js';
import type { Source } from './source.js';

/** A source as opened, or with a stream that its bytes pass through. */
export type WrittenSource = Omit<Source, 'stream'> & { readonly stream: DataSource };

/** Writes a source as one tape file. After a signal, rejects with InterruptedError, which states what is on tape. */
export async function writeSource(
  drive: TapeDrive,
  { stream: source, bytes, archive }: WrittenSource,
  options: WriteStreamOptions,
  { signal, received }: Interruption,
): Promise<TapeReceipt> {
  let taken = 0;
  const onProgress = (now: number) => {
    taken = now;
  };
  const files = archive && (() => archive.progress.files);
  const work = { label: 'writing', total: bytes, done: () => taken, files };
  try {
    return await withProgress(work, () => drive.writeFile(source, { ...options, signal, onProgress }));
  } catch (error) {
    const name = received();
    throw name ? interrupted(drive.device, name, error) : error;
  }
}

/** The error after a signal; it states what is on tape. */
export function interrupted(device: string, signal: NodeJS.Signals, error: unknown): InterruptedError {
  if (!(error instanceof WriteError) || error.fileNumber === undefined || !error.safe.filemark) {
    return new InterruptedError(signal, { device, cause: error });
  }
  const incomplete = { fileNumber: error.fileNumber, records: error.safe.records, bytes: error.safe.bytes };
  const next = 'Write the source again: nothing can be added to that file';
  return new InterruptedError(signal, { device, incomplete, next });
}
