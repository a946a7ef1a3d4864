import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { InvalidArgumentError, LtoError, WriteError } from '../../errors/index.js';
import type { ChecksumAlgorithm } from '../../tape/checksum.js';
import type { TapeReceipt } from '../../tape/receipt.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import type { WriteStreamOptions } from '../../tape/write-options.js';
import type { TapeWriteStream } from '../../tape/write-stream.js';
import { type Answer, answering } from '../answer.js';
import { type ArchiveOptions, archiveFlags } from '../archive-options.js';
import { archiveExitCode, archiveText } from '../archive-report.js';
import { type DeviceOptions, driveCommand, withDrive } from '../device.js';
import { InterruptedError, type Interruption, interruptible } from '../interrupt.js';
import { type KeystoreOptions, keystoreFlags } from '../keystore.js';
import { keysOf, requireKey } from '../keystore-keys.js';
import { withProgress } from '../progress.js';
import { openSource, type Source } from '../source.js';
import { facts } from '../table.js';
import { formatBytes, parseCount, parseSize } from '../units.js';

interface WriteOptions extends DeviceOptions, KeystoreOptions, ArchiveOptions {
  readonly key?: string;
  readonly append?: boolean;
  readonly overwrite?: string;
  readonly recordSize?: string;
  readonly checksum?: ChecksumAlgorithm;
  readonly closeUnterminated?: boolean;
}

export function addWrite(program: Command): void {
  const command = driveCommand(
    program,
    'write',
    'write a file, folders (as a tar archive of <folder>/…) or stdin as one file of the tape',
  );
  archiveFlags(keystoreFlags(command))
    .argument('[source...]', 'file, folders, or - for stdin')
    .option('--append', 'behind all that is recorded (default)')
    .option('--overwrite <file number>', 'as this file of the tape: it and all behind it are lost')
    .option('--record-size <size>', 'bytes of a record, a multiple of 512 (default: 256KiB)')
    .option('--checksum <algorithm>', 'crc32 (default) or sha256')
    .option('--key <name>', 'have the drive encrypt it with this key of the keystore')
    .option('--close-unterminated', 'when the last file was cut off, end it with a filemark and append behind it')
    .action(answering(write));
}

async function write(options: WriteOptions, paths: readonly string[]): Promise<Answer> {
  const streamOptions = writeStreamOptions(options);
  const overwritten = overwrittenFile(options);
  const { key: keyId } = options;
  const key = keyId === undefined ? undefined : await requireKey(keysOf(options), keyId);
  // What is not there is refused before the tape moves; and it reads ahead while the drive is opened.
  const source = await openSource(paths, options);
  const receipt = await withDrive(options, async (drive) => {
    if (key !== undefined) await drive.encryption.enable({ key, keyId });
    if (overwritten !== undefined) await drive.locateFile(overwritten);
    return interruptible((interruption) => writeSource(drive, source, streamOptions, interruption));
  });
  const encrypted = keyId === undefined ? '' : `\n${facts([['encrypted with', keyId]])}`;
  const summary = source.archive?.summary;
  return {
    document: { ...receipt, encryptionKeyId: keyId, archive: summary },
    text: `${receiptText(receipt)}${encrypted}${archiveText(summary)}`,
    exitCode: archiveExitCode(summary),
  };
}

function writeStreamOptions({ recordSize, checksum, closeUnterminated, overwrite }: WriteOptions): WriteStreamOptions {
  return {
    position: overwrite === undefined ? 'append' : 'overwrite',
    recordSize: recordSize === undefined ? undefined : parseSize(recordSize),
    checksum,
    closeUnterminated,
  };
}

function overwrittenFile({ append, overwrite }: WriteOptions): number | undefined {
  if (overwrite === undefined) return undefined;
  if (!append) return parseCount(overwrite);
  throw new InvalidArgumentError('--append and --overwrite exclude each other');
}

/** Writes a source as one file of the tape. Rejects with InterruptedError, which tells what is on tape. */
export async function writeSource(
  drive: TapeDrive,
  { stream: source, bytes, archive }: Source,
  options: WriteStreamOptions,
  interruption: Interruption,
): Promise<TapeReceipt> {
  const stream = drive.createWriteStream(options);
  const files = archive && (() => archive.progress.files);
  const work = { label: 'writing', total: bytes, done: () => stream.bytesWritten, files };
  try {
    await withProgress(work, () => pipeline(source, stream, { signal: interruption.signal }));
  } catch (error) {
    await closed(stream);
    // A signal that comes while the last filemark is written comes too late: the file is complete.
    if (stream.receipt === undefined) throw whatIsOnTape(drive.device, stream, error, interruption.received());
  }
  if (stream.receipt) return stream.receipt;
  throw new LtoError('LTO_INTERNAL', 'the stream ended without a receipt', { device: drive.device });
}

/** Resolves when the tape stands still. */
async function closed(stream: TapeWriteStream): Promise<void> {
  if (!stream.closed) await new Promise((resolve) => stream.once('close', resolve));
}

/** The error for writing that ended early: it tells what is on tape now. */
function whatIsOnTape(
  device: string,
  { incomplete }: TapeWriteStream,
  cause: unknown,
  signal: NodeJS.Signals | undefined,
): unknown {
  const next = incomplete && 'Write the source again: nothing can be added to that file';
  if (signal) return new InterruptedError(signal, { device, incomplete, next });
  if (incomplete === undefined || cause instanceof WriteError) return cause;
  const { fileNumber, records, bytes } = incomplete;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const safe = { records, bytes, filemark: true };
  const what = `the source failed, and file ${fileNumber} holds only the first ${bytes} bytes of it: ${reason}`;
  return new WriteError(what, { device, operation: 'write', cause, safe, next });
}

export function receiptText({ fileNumber, firstBlock, records, bytes, recordSize, checksum }: TapeReceipt): string {
  return facts([
    ['file number', fileNumber],
    ['bytes', `${bytes} (${formatBytes(bytes)})`],
    ['records', `${records} of ${formatBytes(recordSize)}`],
    ['first block', firstBlock],
    ['checksum', checksum],
  ]);
}
