import type { ArchiveMember } from '../../archive/extract/messages.js';
import { type ExtractOptions, extractArchive } from '../../archive/extract.js';
import type { OptionNames } from '../../arguments/option-names.js';
import { CALL_OPTIONS, requireNonEmptyText, requireOptions } from '../../arguments/options.js';
import { ArchiveError, InvalidArgumentError } from '../../errors/index.js';
import type { LtoProvider } from '../../provider/provider.js';
import { cartridgeGroups, placeOf } from '../../provider/read-order/read-archives.js';
import type { Catalogue, CataloguedArchive, FoundMember } from '../model/catalogue.js';
import { ExpectedMembers, elsewhere } from './expected-members.js';
import { type ArchivedMember, latestMembers, pathKey } from './latest-members.js';
import { isShorter } from './look-at-part.js';
import { receiptParts } from './receipt-parts.js';

export interface RestoreOptions extends Pick<ExtractOptions, 'force' | 'preserve' | 'owners' | 'signal'> {
  /** Called before each archive. */
  readonly onArchive?: ((archive: CataloguedArchive, members: number) => void) | undefined;
}

const RESTORE_OPTIONS: OptionNames<RestoreOptions> = {
  ...CALL_OPTIONS,
  force: true,
  preserve: true,
  owners: true,
  onArchive: true,
};

export interface RestoreReport {
  /** That were made, with the files that hard links among them refer to. */
  readonly members: number;
  /** Total size of the files in bytes. */
  readonly bytes: number;
  readonly archives: number;
  readonly cartridges: readonly string[];
  /** Members that were left out, because a later archive has the same path. */
  readonly earlierVersions: number;
}

/** Two blocks of zeros end an archive. */
const END = Buffer.alloc(1024);

/**
 * Restores members into a folder; of a path that several archives have, the one that was archived last. Uses each
 * cartridge once, with its archives in the order in which they are reached soonest, and reads each archive from beginning
 * to end, but only the records that hold these members. Rejects with VerificationError unless the tape holds each of them
 * there as it was recorded (path, type, size, time and target) and nothing else; the content has no checksum to compare.
 * What was extracted until then stays. Rejects with InvalidArgumentError if a hard link needs an earlier version of a file
 * than the one to restore, and as `readArchive` and `extractArchive`.
 */
export async function restoreMembers(
  catalogue: Catalogue,
  provider: LtoProvider,
  members: readonly FoundMember[],
  folder: string,
  options: RestoreOptions = {},
): Promise<RestoreReport> {
  const details = { operation: 'restore' };
  requireNonEmptyText('folder', folder, details);
  requireOptions(options, details, RESTORE_OPTIONS);
  if (!Array.isArray(members)) throw new InvalidArgumentError('members are a list, as `find` gives it', details);
  const latest = latestMembers(await withArchives(catalogue, members, options.signal));
  const jobs = await jobsFor(catalogue, latest, options.signal);
  const made = { members: 0, bytes: 0 };
  for (const job of await inOrder(provider, jobs, options.signal)) {
    options.onArchive?.(job.archive, job.wanted.length);
    const { members: count, bytes } = await restoreOne(provider, job, folder, options);
    made.members += count;
    made.bytes += bytes;
  }
  return {
    ...made,
    archives: jobs.length,
    cartridges: [...new Set(jobs.flatMap(({ archive }) => archive.parts.map(({ cartridge }) => cartridge)))],
    earlierVersions: members.length - latest.length,
  };
}

/** What was made of an archive. */
type Restored = Pick<RestoreReport, 'members' | 'bytes'>;

interface Job {
  readonly archive: CataloguedArchive;
  readonly wanted: readonly FoundMember[];
}

/** Each cartridge once, those of archives over several last, and on a cartridge as they are reached soonest. */
async function inOrder(provider: LtoProvider, jobs: readonly Job[], signal: AbortSignal | undefined): Promise<Job[]> {
  const wanted = jobs.map(({ archive: { parts }, wanted: [first, ...others] }) => {
    const [part] = parts;
    const last = others.at(-1) ?? first;
    return {
      cartridge: part?.cartridge ?? '',
      location: part?.fileNumber ?? 0,
      parts: receiptParts(parts),
      start: first?.offset,
      end: last && last.offset + last.length - 1,
    };
  });
  const ordered: Job[] = [];
  for (const { cartridge, indices } of cartridgeGroups(wanted)) {
    const places = indices.map((index) => placeOf(wanted[index]));
    const order = indices.length > 1 ? (await provider.planReads(cartridge, places, { signal })).order : [0];
    ordered.push(...order.flatMap((at) => jobs[indices[at] ?? -1] ?? []));
  }
  return ordered;
}

/** The archives, each with its members in order. */
async function jobsFor(
  catalogue: Catalogue,
  members: readonly ArchivedMember[],
  signal: AbortSignal | undefined,
): Promise<Job[]> {
  const jobs: Job[] = [];
  for (const archive of new Set(members.map((found) => found.archive))) {
    const found = members.filter((one) => one.archive === archive).map(({ member }) => member);
    const own = new Map(found.map((member) => [member.number, member]));
    const links = found.filter(({ type }) => type === 'hard link');
    for (let link = links.pop(); link !== undefined; link = links.pop()) {
      const target = await targetOf(catalogue, link, signal);
      if (target === undefined) continue;
      requireSameVersion(link, target, members);
      own.set(target.number, target);
      if (target.type === 'hard link') links.push(target);
    }
    jobs.push({ archive, wanted: [...own.values()].sort((one, other) => one.offset - other.offset) });
  }
  return jobs;
}

/** Both cannot be in one folder: the file that the link refers to, and a later version under the same path. */
function requireSameVersion(link: FoundMember, target: FoundMember, members: readonly ArchivedMember[]): void {
  const key = pathKey(target);
  const later = members.find(({ member }) => pathKey(member) === key && member.archive !== target.archive);
  if (later === undefined) return;
  const [name, file] = [link.path, target.path].map((path) => JSON.stringify(path));
  throw new InvalidArgumentError(`${name} is a hard link to ${file}, of which a later archive has another version`, {
    operation: 'restore',
    next: 'Restore them into two folders, with `archive` (`--archive`) for each',
  });
}

/** Each member with its archive. */
async function withArchives(
  catalogue: Catalogue,
  members: readonly FoundMember[],
  signal: AbortSignal | undefined,
): Promise<ArchivedMember[]> {
  const found: ArchivedMember[] = [];
  for (const name of new Set(members.map((member) => member.archive))) {
    const [archive] = await catalogue.archives({ archive: name, signal });
    if (archive === undefined) {
      throw new InvalidArgumentError(`the catalogue has no archive ${JSON.stringify(name)}`, { operation: 'restore' });
    }
    for (const member of members) if (member.archive === name) found.push({ archive, member });
  }
  return found;
}

/** What a hard link refers to: of members with that path the last one before the link, as for whoever extracts all. */
async function targetOf(
  catalogue: Catalogue,
  { archive, number, target = '' }: FoundMember,
  signal: AbortSignal | undefined,
): Promise<FoundMember | undefined> {
  if (target === '') return undefined;
  const { members } = await catalogue.find({ pattern: exactly(target), archive, limit: MOST_FOUND, signal });
  const before = members.filter((member) => member.path === target && member.number < number);
  return before.toSorted((one, other) => one.number - other.number).at(-1);
}

/** Far more than an archive has of one path. */
const MOST_FOUND = 1_000_000;

/** A pattern with a wildcard is for the whole path: without one, a short path would be found in very many others. */
function exactly(path: string): string {
  const [, ...others] = path;
  return `?${others.join('').replaceAll(/[\\*?]/g, '\\$&')}`;
}

async function restoreOne(
  provider: LtoProvider,
  { archive, wanted }: Job,
  folder: string,
  { force, preserve, owners, signal }: RestoreOptions,
): Promise<Restored> {
  const expected = new ExpectedMembers(archive, wanted);
  const filter = (member: ArchiveMember) => {
    expected.take(member);
    return true;
  };
  try {
    const source = bytesOf(provider, archive, wanted, signal);
    const made = await extractArchive(source, folder, { force, preserve, owners, signal, filter });
    return { members: expected.requireAll(made), bytes: made.bytes };
  } catch (error) {
    const isNoArchive = error instanceof ArchiveError && (error.reason === 'damaged' || error.reason === 'cut');
    throw isNoArchive ? elsewhere(archive, 'has no member where one should be', error) : error;
  }
}

/** An archive that contains only the wanted members. */
async function* bytesOf(
  provider: LtoProvider,
  archive: CataloguedArchive,
  wanted: readonly FoundMember[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  const receipts = receiptParts(archive.parts);
  const [first] = receipts;
  if (first === undefined) return;
  for (const { start, end } of rangesOf(wanted)) {
    const stream = await provider.readArchive(first.cartridge, first.location, { start, end, parts: receipts, signal });
    try {
      yield* stream;
    } catch (error) {
      throw isShorter(error) ? elsewhere(archive, 'ends where members should be', error) : error;
    }
  }
  yield END;
}

/** Joins adjacent members into one range. `end` is the last byte. */
function rangesOf(members: readonly FoundMember[]): { readonly start: number; readonly end: number }[] {
  const ranges: { start: number; end: number }[] = [];
  for (const { offset, length } of members) {
    const last = ranges.at(-1);
    if (last?.end === offset - 1) last.end = offset + length - 1;
    else ranges.push({ start: offset, end: offset + length - 1 });
  }
  return ranges;
}
