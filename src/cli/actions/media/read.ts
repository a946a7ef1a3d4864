import { prepareArchiveThread } from '../../../archive/extract/prepare-thread.js';
import { type ExtractResult, extractArchive } from '../../../archive/extract.js';
import { InvalidArgumentError } from '../../../errors/index.js';
import type { BlockProtection } from '../../../tape/block-protection/options.js';
import type { ByteRangeOptions } from '../../../tape/stream/read/byte-range.js';
import type { ReadStreamOptions } from '../../../tape/stream/read/read-options.js';
import type { KeystoreOptions } from '../../input/keystore.js';
import { keysOf } from '../../input/keystore-keys.js';
import { parseCount, parseSize } from '../../input/numbers.js';
import { pipeOut, requireOpen } from '../../output/standard-output.js';
import { facts } from '../../output/table.js';
import { summaryText } from '../../output/text/read-summary.js';
import type { DeviceOptions } from '../../run/device.js';
import { RECORDS_SKIPPED } from '../../run/exit-codes.js';
import { contentText, extractedText, extractFile } from '../../transfer/extract-file.js';
import { appendTo, lengthOf, requireAbsent, saveFile } from '../../transfer/output-file.js';
import { type Consume, checksumOptions, readTapeFile } from '../../transfer/read-file.js';
import type { SpannedReceipt } from '../../transfer/spanned-receipt.js';

interface ReadOptions extends DeviceOptions, KeystoreOptions {
  readonly output?: string;
  readonly extract?: string;
  readonly force?: boolean;
  readonly only?: readonly string[];
  readonly preserve?: boolean;
  readonly skipBad?: boolean;
  readonly checksum?: string;
  readonly protection?: BlockProtection;
  readonly receipt?: string;
  readonly start?: string;
  readonly end?: string;
  readonly recordSize?: string;
  readonly resume?: boolean;
}

/** Of an archive that spans several cartridges. */
interface SpannedRead extends SpannedReceipt {
  readonly extracted?: ExtractResult | undefined;
}

export async function read(options: ReadOptions, number: string | undefined) {
  const { receipt } = options;
  if ((receipt === undefined) === (number === undefined)) {
    throw new InvalidArgumentError('give a file number, or --receipt');
  }
  if (receipt !== undefined) return readByReceipt(options, receipt);
  const fileNumber = parseCount(number ?? '');
  const onBadRecord = options.skipBad ? 'skip' : 'fail';
  const streamOptions = {
    ...checksumOptions(options.checksum),
    fileNumber,
    keyStore: keysOf(options),
    onBadRecord,
    protection: options.protection,
    ...(await rangeOf(options)),
  } as const;
  if (options.extract !== undefined) return extract({ ...options, extract: options.extract }, streamOptions);
  const consume = await consumer(options);
  const { READ_ONLY, withDrive } = await import('../../run/device.js');
  const summary = await withDrive(options, (drive) => readTapeFile(drive, streamOptions, consume), READ_ONLY);
  const exitCode = summary.skipped.length > 0 ? RECORDS_SKIPPED : 0;
  return { document: summary, text: summaryText(summary), textTo: process.stderr, exitCode };
}

async function extract(
  { extract: folder, output, force, only, preserve, skipBad, ...device }: ReadOptions & { readonly extract: string },
  streamOptions: ReadStreamOptions & { readonly fileNumber: number },
) {
  requireNoOutput(output);
  if (skipBad) {
    throw new InvalidArgumentError('--skip-bad and -C exclude each other', {
      next: 'Save what is left of the archive with -o, and extract from that with a tar that reads damaged archives',
    });
  }
  // It starts while the modules for drives load, and the drive is opened.
  prepareArchiveThread();
  const { READ_ONLY, withDrive } = await import('../../run/device.js');
  const document = await withDrive(
    device,
    (drive) => extractFile(drive, streamOptions, folder, { force, only, preserve }),
    READ_ONLY,
  );
  return { document, text: extractedText(document), textTo: process.stderr };
}

/** Reads an archive that spans several cartridges. */
async function readByReceipt(options: ReadOptions, path: string) {
  const { extract: folder, force, only, preserve, skipBad, checksum, start, end, recordSize, resume } = options;
  if (skipBad || (checksum ?? start ?? end ?? recordSize ?? resume) !== undefined) {
    throw new InvalidArgumentError('--receipt excludes --skip-bad, --checksum and ranges of bytes', {
      next: 'Read the parts one by one, by their cartridges and file numbers in the receipt',
    });
  }
  const { readSpanned, spannedFacts } = await import('../../transfer/read-spanned.js');
  if (folder === undefined) {
    const receipt = await readSpanned(options, path, await consumer(options));
    const document: SpannedRead = receipt;
    return { document, text: facts(spannedFacts(receipt)), textTo: process.stderr };
  }
  requireNoOutput(options.output);
  // An object: its type says what the callback puts there.
  const found: { extracted?: ExtractResult } = {};
  const receipt = await readSpanned(options, path, async (source, signal) => {
    found.extracted = await extractArchive(source, folder, { force, only, preserve, signal });
  });
  const { extracted } = found;
  const text = extracted && contentText(extracted, spannedFacts(receipt));
  const document: SpannedRead = { ...receipt, extracted };
  return { document, text: text ?? '', textTo: process.stderr };
}

function requireNoOutput(output: string | undefined): void {
  if (output !== undefined) throw new InvalidArgumentError('-o and -C exclude each other');
}

async function rangeOf(options: ReadOptions): Promise<ByteRangeOptions> {
  const { output, extract: folder, start, end, recordSize, resume } = options;
  if (folder !== undefined && (start ?? end ?? recordSize ?? resume) !== undefined) {
    throw new InvalidArgumentError('-C needs the whole file');
  }
  if (resume && (output === undefined || start !== undefined)) {
    throw new InvalidArgumentError('--resume needs -o, and begins at the end of that file');
  }
  const size = (text: string | undefined) => (text === undefined ? undefined : parseSize(text));
  const from = resume && output !== undefined ? await lengthOf(output) : size(start);
  return { start: from, end: size(end), recordSize: size(recordSize) };
}

async function consumer({ output, only, preserve, force = false, json, resume }: ReadOptions): Promise<Consume> {
  if (only !== undefined || preserve) throw new InvalidArgumentError('--only and --preserve need -C');
  if (output !== undefined && resume) return (source, signal) => appendTo(source, output, signal);
  if (output !== undefined) {
    if (!force) await requireAbsent(output);
    return (source, signal) => saveFile(source, output, { force, signal });
  }
  if (json) throw new InvalidArgumentError('--json needs -o or -C: stdout is for the file', {});
  if (process.stdout.isTTY) {
    throw new InvalidArgumentError('the standard output is a terminal', { next: 'Use -o or -C, or pipe it' });
  }
  requireOpen();
  return pipeOut;
}
