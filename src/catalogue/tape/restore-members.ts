import { type ExtractOptions, extractArchive } from '../../archive/extract.js';
import type { OptionNames } from '../../arguments/option-names.js';
import { CALL_OPTIONS, requireNonEmptyText, requireOptions } from '../../arguments/options.js';
import { ArchiveError, InvalidArgumentError, VerificationError } from '../../errors/index.js';
import type { LtoProvider } from '../../provider/provider.js';
import { cartridgeGroups, placeOf } from '../../provider/read-order/read-archives.js';
import type { Catalogue, CataloguedArchive, FoundMember } from '../model/catalogue.js';
import { type ArchivedMember, latestMembers, pathKey } from './latest-members.js';
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
 * to end, but only the records that hold these members. Rejects with VerificationError if the tape holds other members
 * there than the catalogue says, with InvalidArgumentError if a hard link needs an earlier version of a file than the one
 * to restore, and as `readArchive` and `extractArchive`.
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
  let bytes = 0;
  for (const { archive, wanted } of await inOrder(provider, jobs, options.signal)) {
    options.onArchive?.(archive, wanted.length);
    bytes += await restoreOne(provider, archive, wanted, folder, options);
  }
  return {
    members: jobs.reduce((sum, { wanted }) => sum + wanted.length, 0),
    bytes,
    archives: jobs.length,
    cartridges: [...new Set(jobs.flatMap(({ archive }) => archive.parts.map(({ cartridge }) => cartridge)))],
    earlierVersions: members.length - latest.length,
  };
}

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
    for (const link of found.filter(({ type }) => type === 'hard link')) {
      const target = await fileOf(catalogue, link, signal);
      if (target === undefined) continue;
      requireSameVersion(link, target, members);
      own.set(target.number, target);
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

/** The file that a hard link refers to, which has the content. */
async function fileOf(
  catalogue: Catalogue,
  { archive, target = '' }: FoundMember,
  signal: AbortSignal | undefined,
): Promise<FoundMember | undefined> {
  if (target === '') return undefined;
  const pattern = target.replaceAll(/[\\*?]/g, '\\$&');
  const { members } = await catalogue.find({ pattern, archive, signal });
  return members.find(({ path }) => path === target);
}

async function restoreOne(
  provider: LtoProvider,
  archive: CataloguedArchive,
  wanted: readonly FoundMember[],
  folder: string,
  { force, preserve, owners, signal }: RestoreOptions,
): Promise<number> {
  const expected = new Set(wanted.map(({ path }) => path));
  const others: string[] = [];
  const filter = ({ name }: { readonly name: string }) => {
    if (expected.has(name)) return true;
    others.push(name);
    return false;
  };
  try {
    const source = bytesOf(provider, archive, wanted, signal);
    const { bytes } = await extractArchive(source, folder, { force, preserve, owners, signal, filter });
    const [other] = others;
    if (other === undefined) return bytes;
    throw elsewhere(archive, `has ${JSON.stringify(other)} where another member should be`);
  } catch (error) {
    const isNoArchive = error instanceof ArchiveError && (error.reason === 'damaged' || error.reason === 'cut');
    throw isNoArchive ? elsewhere(archive, 'has no member where one should be', error) : error;
  }
}

function elsewhere({ parts }: CataloguedArchive, what: string, cause?: unknown): VerificationError {
  return new VerificationError(`the tape ${what}`, {
    device: parts[0]?.cartridge,
    operation: 'restore',
    next: 'The cartridge was written elsewhere: reconcile it',
    cause,
  });
}

/** An archive that contains only the wanted members. */
async function* bytesOf(
  provider: LtoProvider,
  { parts }: CataloguedArchive,
  wanted: readonly FoundMember[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  const receipts = receiptParts(parts);
  const [first] = receipts;
  if (first === undefined) return;
  for (const { start, end } of rangesOf(wanted)) {
    yield* await provider.readArchive(first.cartridge, first.location, { start, end, parts: receipts, signal });
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
