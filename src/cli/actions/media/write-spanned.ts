import { InvalidArgumentError } from '../../../errors/index.js';
import type { ArchiveReceipt } from '../../../provider/archive/archive.js';
import type { LtoProvider } from '../../../provider/provider.js';
import { keysOf, requireKey } from '../../input/keystore-keys.js';
import { askNextToWrite, requireTerminal } from '../../input/next-cartridge.js';
import { parseSize } from '../../input/numbers.js';
import { type Progress, withProgress } from '../../output/progress.js';
import { facts, table } from '../../output/table.js';
import { archiveExitCode, archiveText } from '../../output/text/archive.js';
import { formatBytes } from '../../output/units.js';
import { namesCartridge } from '../../run/cartridge-options.js';
import { withAnyCatalogue } from '../../run/catalogue.js';
import { type Interruption, interruptible } from '../../run/interrupt.js';
import { interruptedError } from '../../run/interrupted-drive.js';
import { withProvider } from '../../run/provider.js';
import { tellNotIndexed, tellNotRecorded } from '../../transfer/not-recorded.js';
import { openSource, type Source } from '../../transfer/source.js';
import type { WriteOptions } from './write-options.js';

/** `lto write --span`: writes to as many cartridges as needed, and labels each. */
export async function writeSpanned(options: WriteOptions, paths: readonly string[]) {
  const { key: keyId, pool, recordSize, protection } = options;
  requireSpan(options);
  const keys = keysOf(options);
  if (keyId !== undefined) await requireKey(keys, keyId);
  const source = await openSource(paths, options);
  const settings = {
    pool: pool && [...pool],
    encryptionKeyId: keyId,
    recordSize: recordSize === undefined ? undefined : parseSize(recordSize),
    protection,
    indexArchive: options.index,
  };
  const receipt = await withAnyCatalogue(options, (catalogue) =>
    withProvider(options, settings, { keyStore: keys, catalogue }, (provider) =>
      interruptible((interruption) => writeTo(provider, options, source, interruption)),
    ),
  );
  if (receipt.catalogued?.failure !== undefined) tellNotRecorded(receipt.catalogued.failure);
  if (receipt.indexed?.failure !== undefined) tellNotIndexed(receipt.indexed.failure);
  const summary = source.archive?.summary;
  return {
    document: { ...receipt, archive: summary },
    text: `${receiptText(receipt)}${archiveText(summary)}`,
    exitCode: archiveExitCode(summary),
  };
}

/** Throws InvalidArgumentError, before anything is written, if there is no source for the next cartridge. */
function requireSpan(options: WriteOptions): void {
  if (options.overwrite !== undefined) throw new InvalidArgumentError('--span and --overwrite exclude each other');
  if (namesCartridge(options)) {
    if (options.pool !== undefined) return;
    throw new InvalidArgumentError('--span in a library needs cartridges to go on to', {
      next: 'Name them with --pool',
    });
  }
  if (options.pool !== undefined) {
    throw new InvalidArgumentError('--pool is of a library', {
      next: 'Name it and its first cartridge with -l and -b',
    });
  }
  requireTerminal('--span may need more cartridges', 'Run it on a terminal, or with a library: -l, -b and --pool');
}

async function writeTo(
  provider: LtoProvider,
  { barcode, pool, checksum, closeUnterminated }: WriteOptions,
  { stream, bytes: total, archive }: Source,
  { signal, received }: Interruption,
): Promise<ArchiveReceipt> {
  let taken = 0;
  const onProgress = (now: number) => {
    taken = now;
  };
  const id = barcode ?? (await requireIdentity(provider, signal));
  await provider.prepareForWrite(id, { closeUnterminated, signal });
  const write = (progress: Progress) =>
    provider.writeArchive(id, stream, {
      checksum,
      signal,
      onProgress,
      ...(pool === undefined && { onEndOfMedium: (full) => progress.paused(() => askNextToWrite(full)) }),
    });
  try {
    const files = archive && (() => archive.progress.files);
    return await withProgress({ label: 'writing', total, done: () => taken, files }, write);
  } catch (error) {
    const name = received();
    throw name ? await interruptedError({ device: provider.configuration.devicePath }, name, error) : error;
  }
}

async function requireIdentity(provider: LtoProvider, signal: AbortSignal): Promise<string> {
  const { identity } = await provider.identifyMedia({ allowIntrusive: true, signal });
  if (identity !== undefined) return identity;
  throw new InvalidArgumentError('the cartridge has no name', { next: 'Label it first: `lto label <name>`' });
}

function receiptText({ parts, totalBytes, totalChecksum }: ArchiveReceipt): string {
  const rows = parts.map(({ cartridge, location, bytes, checksum }) => [
    cartridge,
    String(location),
    formatBytes(bytes),
    checksum ?? '',
  ]);
  const whole = facts([
    ['bytes', `${totalBytes} (${formatBytes(totalBytes)})`],
    ['checksum', totalChecksum],
    ['encrypted with', parts[0]?.encryptionKeyId],
  ]);
  return `${table(['cartridge', 'file', 'bytes', 'checksum'], rows)}\n\n${whole}`;
}
