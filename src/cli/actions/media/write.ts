import { InvalidArgumentError } from '../../../errors/index.js';
import type { TapeReceipt } from '../../../tape/stream/file/receipt.js';
import type { WriteStreamOptions } from '../../../tape/stream/write/write-options.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import { keysOf, requireKey } from '../../input/keystore-keys.js';
import { parseCount, parseSize } from '../../input/numbers.js';
import { facts } from '../../output/table.js';
import { archiveExitCode, archiveText } from '../../output/text/archive.js';
import { formatBytes } from '../../output/units.js';
import { type Interruption, interruptible } from '../../run/interrupt.js';
import type { FileToWrite, RecordedReceipt } from '../../transfer/record-write.js';
import { openSource } from '../../transfer/source.js';
import { writeSource } from '../../transfer/write-source.js';
import type { WriteOptions } from './write-options.js';

export async function write(options: WriteOptions, paths: readonly string[]) {
  if (options.span) return (await import('./write-spanned.js')).writeSpanned(options, paths);
  if (options.pool !== undefined) throw new InvalidArgumentError('--pool needs --span');
  const streamOptions = writeStreamOptions(options);
  const overwritten = overwrittenFile(options);
  const { key: keyId } = options;
  const key = keyId === undefined ? undefined : await requireKey(keysOf(options), keyId);
  // A missing source is refused before the tape moves, and its thread starts while the modules for drives load.
  const [source, { withDrive }] = await Promise.all([openSource(paths, options), import('../../run/device.js')]);
  const receipt = await withDrive(options, async (drive) => {
    if (overwritten !== undefined) await confirmOverwrite(drive, overwritten, options);
    const start = async () => {
      if (key !== undefined) await drive.encryption.enable({ key, keyId });
      if (overwritten !== undefined) await drive.locateFile(overwritten);
    };
    const file = { source, options: streamOptions, overwritten, start };
    return interruptible((interruption) => writeFile(drive, file, options, interruption));
  });
  const encrypted = keyId === undefined ? '' : `\n${facts([['encrypted with', keyId]])}`;
  const summary = source.archive?.summary;
  return {
    document: { ...receipt, encryptionKeyId: keyId, archive: summary },
    text: `${receiptText(receipt)}${encrypted}${archiveText(summary)}`,
    exitCode: archiveExitCode(summary),
  };
}

/** Recorded where the options or the environment name a catalogue, or ask for an index. */
async function writeFile(
  drive: TapeDrive,
  file: FileToWrite,
  options: WriteOptions,
  interruption: Interruption,
): Promise<RecordedReceipt> {
  const { catalogue = process.env.LTO_CATALOGUE, index = false, key: encryptionKeyId } = options;
  if (!catalogue && !index) {
    await file.start();
    return writeSource(drive, file.source, file.options, interruption);
  }
  const { recordedWrite } = await import('../../transfer/record-write.js');
  return recordedWrite(drive, file, { catalogue, index, encryptionKeyId, keyStore: keysOf(options) }, interruption);
}

function writeStreamOptions(options: WriteOptions): WriteStreamOptions {
  const { recordSize, checksum, closeUnterminated, overwrite, protection } = options;
  return {
    position: overwrite === undefined ? 'append' : 'overwrite',
    recordSize: recordSize === undefined ? undefined : parseSize(recordSize),
    checksum,
    closeUnterminated,
    protection,
  };
}

function overwrittenFile({ append, overwrite }: WriteOptions): number | undefined {
  if (overwrite === undefined) return undefined;
  if (!append) return parseCount(overwrite);
  throw new InvalidArgumentError('--append and --overwrite exclude each other');
}

async function confirmOverwrite(drive: TapeDrive, fileNumber: number, options: WriteOptions): Promise<void> {
  const { confirmLoss } = await import('../../input/confirm-loss.js');
  await confirmLoss(drive, { operation: 'write', what: `file ${fileNumber} and everything after it` }, options);
}

function receiptText(receipt: TapeReceipt): string {
  const { fileNumber, firstLogicalObject, records, bytes, recordSize, checksum, protection } = receipt;
  return facts([
    ['file number', fileNumber],
    ['bytes', `${bytes} (${formatBytes(bytes)})`],
    ['records', `${records} of ${formatBytes(recordSize)}`],
    ['first logical object', firstLogicalObject],
    ['checksum', checksum],
    ['protected by', protection],
  ]);
}
