import { pipeline } from 'node:stream/promises';
import { InvalidArgumentError, LtoError, WriteError } from '../errors/index.js';
import type { ChecksumAlgorithm } from '../tape/checksum.js';
import type { TapeReceipt } from '../tape/receipt.js';
import type { TapeWriteStream, WriteStreamOptions } from '../tape/write-stream.js';
import { type ArchiveReceipt, type ArchiveSource, archivePart } from './archive.js';
import type { ProviderConfiguration } from './configuration.js';
import type { DriveOwner } from './drive-owner.js';
import { type KeyOptions, keepEncryption } from './encryption.js';
import { type Preparation, requireUnchanged, returnToEnd } from './prepare.js';

export interface WriteArchiveOptions {
  /** Default `crc32`. */
  readonly checksum?: ChecksumAlgorithm | undefined;
  /** Ends the archive when aborted: what was written is closed and incomplete. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes that the drive took so far, as they come. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** An archive that is on tape, and the preparation for the next one. */
export interface Written {
  readonly receipt: ArchiveReceipt;
  readonly next: Preparation;
}

/**
 * Writes a source as the next file of a prepared cartridge. Rejects with MediumChangedError, with nothing written, for
 * any other cartridge; WriteError when the source failed, which tells what incomplete file is on tape; and what the
 * stream rejects with, EndOfMediumError among them.
 */
export async function writeArchive(
  owner: DriveOwner,
  configuration: ProviderConfiguration,
  preparation: Preparation,
  source: ArchiveSource,
  options: WriteArchiveOptions & KeyOptions,
): Promise<Written> {
  const { checksum, signal, keys } = options;
  const stream = await openArchive(owner, configuration, preparation, { checksum, signal, keys });
  const receipt = await writeSource(owner, stream, counted(source, stream, options.onProgress));
  const part = archivePart(preparation, receipt);
  return {
    receipt: { ...part, parts: [part], totalBytes: part.bytes, totalChecksum: part.checksum },
    next: preparationBehind(preparation, receipt),
  };
}

/** The stream of the next file, on this cartridge and behind its last file only. */
export async function openArchive(
  owner: DriveOwner,
  configuration: ProviderConfiguration,
  preparation: Preparation,
  { keys, ...options }: WriteStreamOptions & KeyOptions,
): Promise<TapeWriteStream> {
  await requireUnchanged(owner, preparation);
  await returnToEnd(owner, preparation);
  await keepEncryption(owner, configuration, { keys });
  const { nextFile, firstBlock, mediumChanges } = preparation;
  const expected = { fileNumber: nextFile, firstBlock, mediumChanges };
  owner.written = true;
  return owner.drive.createWriteStream({
    ...options,
    recordSize: configuration.recordSize,
    position: 'overwrite',
    expected,
  });
}

/** Where the next file goes. */
export function preparationBehind(preparation: Preparation, receipt: TapeReceipt): Preparation {
  const { fileNumber, firstBlock, records } = receipt;
  return {
    ...preparation,
    nextFile: fileNumber + 1,
    firstBlock: firstBlock === undefined ? undefined : firstBlock + records + 1,
  };
}

/** Rejects with WriteError when the source failed, which tells what incomplete file is on tape. */
export async function writeSource(
  owner: DriveOwner,
  stream: TapeWriteStream,
  source: ArchiveSource,
): Promise<TapeReceipt> {
  try {
    await pipeline(source, stream);
  } catch (error) {
    await closed(stream);
    if (stream.receipt === undefined) throw whatIsOnTape(owner, stream, error);
  }
  await closed(stream);
  if (stream.receipt) return stream.receipt;
  throw new LtoError('LTO_INTERNAL', 'the stream ended without a receipt', { device: owner.drive.device });
}

/** Resolves when the tape stands still. */
export async function closed(stream: NodeJS.EventEmitter & { readonly closed: boolean }): Promise<void> {
  if (!stream.closed) await new Promise<void>((resolve) => stream.once('close', () => resolve()));
}

function whatIsOnTape({ drive }: DriveOwner, { incomplete }: TapeWriteStream, cause: unknown): unknown {
  if (incomplete === undefined) return cause;
  const { fileNumber, records, bytes } = incomplete;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new WriteError(`file ${fileNumber} is incomplete: the source failed after ${bytes} bytes of it: ${reason}`, {
    device: drive.device,
    operation: 'write',
    cause,
    safe: { records, bytes, filemark: true },
    fileNumber,
    next: 'The file is closed with a filemark: prepare again and write the source as a new one',
  });
}

function counted(
  source: ArchiveSource,
  stream: TapeWriteStream,
  onProgress: ((bytes: number) => void) | undefined,
): ArchiveSource {
  return onProgress === undefined ? source : withProgress(source, stream, onProgress);
}

async function* withProgress(
  source: ArchiveSource,
  stream: TapeWriteStream,
  onProgress: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    yield chunk;
    onProgress(stream.bytesWritten);
  }
  onProgress(stream.bytesWritten);
}

/** Throws InvalidArgumentError unless that cartridge was prepared. */
export function requirePrepared(preparation: Preparation | undefined, id: string): Preparation {
  if (preparation?.identity === id) return preparation;
  throw new InvalidArgumentError(`the cartridge ${JSON.stringify(id)} was not prepared for writing`, {
    operation: 'write',
    next: 'Call `prepareForWrite` first, and again after an error',
  });
}
