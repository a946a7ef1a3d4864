import type { DataSource } from '../../streams/taken-source.js';
import type { TapeReceipt } from '../../tape/stream/file/receipt.js';
import type { WriteStreamOptions } from '../../tape/stream/write/write-options.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import { withProgress } from '../output/progress.js';
import type { Interruption } from '../run/interrupt.js';
import { interruptedError } from '../run/interrupted-drive.js';
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
    throw name ? await interruptedError({ device: drive.device, drive }, name, error) : error;
  }
}
