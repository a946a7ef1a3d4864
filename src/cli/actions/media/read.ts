import { InvalidArgumentError } from '../../../errors/index.js';
import type { BlockProtection } from '../../../tape/block-protection/options.js';
import type { ReadStreamOptions } from '../../../tape/stream/read/read-options.js';
import type { KeystoreOptions } from '../../input/keystore.js';
import { keysOf } from '../../input/keystore-keys.js';
import { parseCount } from '../../input/numbers.js';
import { pipeOut, requireOpen } from '../../output/standard-output.js';
import { summaryText } from '../../output/text/read-summary.js';
import type { CommandResult } from '../../run/action.js';
import { type DeviceOptions, READ_ONLY, withDrive } from '../../run/device.js';
import { RECORDS_SKIPPED } from '../../run/exit-codes.js';
import { extractedText, extractFile } from '../../transfer/extract-file.js';
import { requireAbsent, saveFile } from '../../transfer/output-file.js';
import { type Consume, checksumOptions, readTapeFile } from '../../transfer/read-file.js';

interface ReadOptions extends DeviceOptions, KeystoreOptions {
  readonly output?: string;
  readonly extract?: string;
  readonly force?: boolean;
  readonly only?: readonly string[];
  readonly preserve?: boolean;
  readonly skipBad?: boolean;
  readonly checksum?: string;
  readonly protection?: BlockProtection;
}

export async function read(options: ReadOptions, number: string): Promise<CommandResult> {
  const fileNumber = parseCount(number);
  const onBadRecord = options.skipBad ? 'skip' : 'fail';
  const streamOptions = {
    ...checksumOptions(options.checksum),
    fileNumber,
    keyStore: keysOf(options),
    onBadRecord,
    protection: options.protection,
  } as const;
  if (options.extract !== undefined) return extract({ ...options, extract: options.extract }, streamOptions);
  const consume = await consumer(options);
  const summary = await withDrive(options, (drive) => readTapeFile(drive, streamOptions, consume), READ_ONLY);
  const exitCode = summary.skipped.length > 0 ? RECORDS_SKIPPED : 0;
  return { document: summary, text: summaryText(summary), textTo: process.stderr, exitCode };
}

async function extract(
  { extract: folder, output, force, only, preserve, skipBad, ...device }: ReadOptions & { readonly extract: string },
  streamOptions: ReadStreamOptions & { readonly fileNumber: number },
): Promise<CommandResult> {
  if (output !== undefined) throw new InvalidArgumentError('-o and -C exclude each other');
  if (skipBad) {
    throw new InvalidArgumentError('--skip-bad and -C exclude each other', {
      next: 'Save what is left of the archive with -o, and extract from that with a tar that reads damaged archives',
    });
  }
  const document = await withDrive(
    device,
    (drive) => extractFile(drive, streamOptions, folder, { force, only, preserve }),
    READ_ONLY,
  );
  return { document, text: extractedText(document), textTo: process.stderr };
}

async function consumer({ output, only, preserve, force = false, json }: ReadOptions): Promise<Consume> {
  if (only !== undefined || preserve) throw new InvalidArgumentError('--only and --preserve need -C');
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
