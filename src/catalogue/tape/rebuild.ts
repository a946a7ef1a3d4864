import { MemberTap } from '../../archive/tap/member-tap.js';
import type { OptionNames } from '../../arguments/option-names.js';
import {
  CALL_OPTIONS,
  type CallOptions,
  requireCallback,
  requireNonEmptyText,
  requireOptions,
} from '../../arguments/options.js';
import { InvalidArgumentError } from '../../errors/index.js';
import type { ArchivePart } from '../../provider/archive/archive.js';
import type { LtoProvider } from '../../provider/provider.js';
import type { MemberRecord } from '../../provider/record/changes.js';
import { memberRecord } from '../../provider/record/recording.js';
import type { ScannedFile } from '../../provider/scan/scanned-file.js';
import { type ChecksumAlgorithm, createChecksum } from '../../tape/stream/file/checksum.js';
import type { Catalogue } from '../model/catalogue.js';
import { memberChanges } from './batches.js';
import { type FoundArchive, FoundArchives } from './found-archives.js';
import { KnownArchives, SeenPlaces } from './known-archives.js';
import { receiptParts } from './receipt-parts.js';

export interface RebuildOptions extends CallOptions {
  /** Whether index archives are used. Default: true. Without them every file is read, which takes as long as writing it did. */
  readonly index?: boolean | undefined;
  /** Called before each cartridge, and again for an archive over several; must resolve when it is in the drive. A library needs none. */
  readonly onCartridge?: ((cartridge: string) => void | Promise<void>) | undefined;
  /** Called with each file that is read. */
  readonly onFile?: ((file: ScannedFile, cartridge: string) => void) | undefined;
}

const REBUILD_OPTIONS: OptionNames<RebuildOptions> = { ...CALL_OPTIONS, index: true, onCartridge: true, onFile: true };

/** What a catalogue was told, by names of archives. */
export interface RebuildReport {
  /** By an index. */
  readonly fromIndex: readonly string[];
  /** By reading them. */
  readonly found: readonly string[];
  /** Were known, and are seen to be not on tape any more: not those whose place could not be read, or was not looked at. */
  readonly lost: readonly string[];
}

/**
 * Makes a catalogue anew from cartridges alone: from the index archive of each, and what that does not describe, by reading.
 * An archive that the catalogue knows at the same place keeps its name, its tags and its time. What a tape does not know,
 * nobody gets back: names, tags, times and keys of archives without an index, the record size of a file of one record,
 * verifications, drives, and places of cartridges. An archive that was cut off and closed looks like any other.
 */
export async function rebuild(
  catalogue: Catalogue,
  provider: LtoProvider,
  cartridges: readonly string[],
  options: RebuildOptions = {},
): Promise<RebuildReport> {
  const details = { operation: 'rebuild' };
  if (!Array.isArray(cartridges)) throw new InvalidArgumentError('cartridges are a list of names', details);
  for (const cartridge of cartridges) requireNonEmptyText('cartridge', cartridge, details);
  requireOptions(options, details, REBUILD_OPTIONS);
  requireCallback('onCartridge', options.onCartridge, details);
  requireCallback('onFile', options.onFile, details);
  const { index, signal, onCartridge, onFile } = options;
  const found = new FoundArchives();
  const seen = new SeenPlaces();
  const names = new Set<string>();
  for (const given of cartridges) {
    await onCartridge?.(given);
    // The catalogue knows it by its label, and it may be given twice, by two of its names.
    const cartridge = await provider.proveCartridge(given, { signal });
    if (names.has(cartridge)) continue;
    names.add(cartridge);
    const told = onFile && ((file: ScannedFile) => onFile(file, cartridge));
    const contents = await provider.scan(cartridge, { index, whole: true, signal, onFile: told });
    found.add(contents);
    seen.add(contents);
  }
  const known = new KnownArchives();
  for (const cartridge of names) known.add(await catalogue.archives({ cartridge, limit: MOST, signal }));
  await catalogue.apply([
    ...[...names].map((cartridge) => ({ type: 'cartridge', cartridge, seenAt: Date.now() }) as const),
    ...found.cartridges,
  ]);
  const report = { fromIndex: [] as string[], found: [] as string[] };
  for (const archive of found.archives()) {
    signal?.throwIfAborted();
    // What was found may be a part of it only.
    const before = known.at(archive.record);
    if (before !== undefined && !archive.isIndexed && !seen.covers(before)) continue;
    const whole = isWithoutMembers(archive) ? await readSpanned(provider, archive, options) : archive;
    const record = known.take(whole);
    const changes = whole.changes.map((change) =>
      'archive' in change ? { ...change, archive: record.archive } : change,
    );
    await catalogue.apply([{ type: 'archive', ...record }, ...changes]);
    (archive.isIndexed ? report.fromIndex : report.found).push(record.archive);
  }
  const lost = known.left().filter((archive) => seen.covers(archive));
  await catalogue.apply(
    lost.map(({ members: _, ...record }) => ({ type: 'archive', ...record, state: 'lost' }) as const),
  );
  return { ...report, lost: lost.map(({ archive }) => archive) };
}

const MOST = Number.MAX_SAFE_INTEGER;

/** The members of an archive over several cartridges are found only by reading its parts one after the other. */
function isWithoutMembers({ record, isIndexed }: FoundArchive): boolean {
  return !isIndexed && record.parts.length > 1;
}

async function readSpanned(
  provider: LtoProvider,
  { record, isIndexed }: FoundArchive,
  { onCartridge, signal }: RebuildOptions,
): Promise<FoundArchive> {
  const [first] = record.parts;
  if (first === undefined) return { record, changes: [], isIndexed };
  const members: MemberRecord[] = [];
  const tap = new MemberTap((member) => members.push(memberRecord(member)));
  const algorithm = (first.checksum?.split(':')[0] ?? 'crc32') as ChecksumAlgorithm;
  const checksum = createChecksum(algorithm);
  await onCartridge?.(first.cartridge);
  const stream = await provider.readArchive(first.cartridge, first.fileNumber, {
    parts: receiptParts(record.parts),
    signal,
    ...(onCartridge && { onNextCartridge: ({ cartridge }: ArchivePart) => onCartridge(cartridge) }),
  });
  for await (const chunk of stream) {
    tap.write(chunk as Uint8Array);
    checksum.update(chunk as Uint8Array);
  }
  const whole = { ...record, checksum: checksum.digest(), membersComplete: tap.outcome === 'all' };
  return { record: whole, changes: memberChanges(record.archive, members), isIndexed };
}
