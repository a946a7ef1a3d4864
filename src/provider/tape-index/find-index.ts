import { EncryptionKeyError, EndOfDataError, MediumError, UnterminatedFileError } from '../../errors/index.js';
import type { KeyStore } from '../../keys/key-store.js';
import { destroyed } from '../../streams/closed.js';
import type { BlockProtection } from '../../tape/block-protection/options.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import { beginsIndex, decodeIndex, type TapeIndex } from './index-format.js';

/** Files that are looked at from the end of the data backwards. Each costs the drive some seconds. */
const MOST_LOOKED_AT = 32;
/** Far more than an index has that repeats 64 MiB of members; text of twice the length cannot be. */
const LARGEST_INDEX = 2 ** 28;
const READ_BUFFER = 2 ** 20;

export interface FindOptions {
  readonly keyStore?: KeyStore | undefined;
  readonly protection?: BlockProtection | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The last index archive of a cartridge, before file `end`: found from the end of the data backwards. Undefined if there
 * is none in the last files, or none that is whole and of this cartridge and place. It moves the tape.
 */
export async function findIndex(
  drive: TapeDrive,
  end: number,
  cartridge: string | undefined,
  options: FindOptions = {},
): Promise<TapeIndex | undefined> {
  for (let fileNumber = end - 1; fileNumber >= Math.max(1, end - MOST_LOOKED_AT); fileNumber -= 1) {
    options.signal?.throwIfAborted();
    const index = await readIndex(drive, fileNumber, options);
    if (index !== undefined && (cartridge === undefined || index.cartridge === cartridge)) return index;
  }
  return undefined;
}

/** The index archive that a file is; undefined for another file, or one that cannot be read. */
export async function readIndex(
  drive: TapeDrive,
  fileNumber: number,
  { keyStore, protection, signal }: FindOptions,
): Promise<TapeIndex | undefined> {
  const stream = drive.createReadStream({ fileNumber, keyStore, protection, signal, bufferBytes: READ_BUFFER });
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (bytes === 0 && !beginsIndex(chunk)) return undefined;
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > LARGEST_INDEX) return undefined;
    }
  } catch (error) {
    if (isOfTheFile(error)) return undefined;
    throw error;
  } finally {
    // Only then is the tape free for the next motion.
    await destroyed(stream);
  }
  const index = decodeIndex(Buffer.concat(chunks));
  return index?.fileNumber === fileNumber ? index : undefined;
}

/** It cannot be read; the drive can go on. */
function isOfTheFile(error: unknown): boolean {
  return [EncryptionKeyError, EndOfDataError, MediumError, UnterminatedFileError].some((kind) => error instanceof kind);
}
