import { type ExtractOptions, extractArchive } from '../../archive/extract.js';
import { requireNonEmptyText, requireOptions } from '../../arguments/options.js';
import { ArchiveError, InvalidArgumentError, VerificationError } from '../../errors/index.js';
import type { LtoProvider } from '../../provider/provider.js';
import type { Catalogue, CataloguedArchive, FoundMember } from '../model/catalogue.js';

export interface RestoreOptions extends Pick<ExtractOptions, 'force' | 'preserve' | 'owners' | 'signal'> {
  /** Called before each archive. */
  readonly onArchive?: ((archive: CataloguedArchive, members: number) => void) | undefined;
}

export interface RestoreReport {
  readonly members: number;
  /** Bytes of the files. */
  readonly bytes: number;
  readonly archives: number;
  readonly cartridges: readonly string[];
}

/** Two blocks of zeros end an archive. */
const END = Buffer.alloc(1024);

/**
 * Restores members into a folder: each cartridge once, each archive from its beginning to its end, and of each archive only
 * the records that hold these members. Rejects with VerificationError when the tape has other members there than the
 * catalogue says, and as `readArchive` and `extractArchive`.
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
  requireOptions(options, details);
  if (!Array.isArray(members)) throw new InvalidArgumentError('members are a list, as `find` gives it', details);
  const jobs = await jobsFor(catalogue, members, options.signal);
  let bytes = 0;
  for (const { archive, wanted } of jobs) {
    options.onArchive?.(archive, wanted.length);
    bytes += await restoreOne(provider, archive, wanted, folder, options);
  }
  return {
    members: jobs.reduce((sum, { wanted }) => sum + wanted.length, 0),
    bytes,
    archives: jobs.length,
    cartridges: [...new Set(jobs.flatMap(({ archive }) => archive.parts.map(({ cartridge }) => cartridge)))],
  };
}

interface Job {
  readonly archive: CataloguedArchive;
  readonly wanted: readonly FoundMember[];
}

/** The archives in the order of cartridges and files, each with its members in order. */
async function jobsFor(
  catalogue: Catalogue,
  members: readonly FoundMember[],
  signal: AbortSignal | undefined,
): Promise<Job[]> {
  const jobs: Job[] = [];
  for (const name of new Set(members.map(({ archive }) => archive))) {
    const [archive] = await catalogue.archives({ archive: name, signal });
    if (archive === undefined) {
      throw new InvalidArgumentError(`the catalogue has no archive ${JSON.stringify(name)}`, { operation: 'restore' });
    }
    const own = new Map(members.filter((member) => member.archive === name).map((member) => [member.number, member]));
    for (const link of [...own.values()].filter(({ type }) => type === 'hard link')) {
      const target = await fileOf(catalogue, link, signal);
      if (target !== undefined) own.set(target.number, target);
    }
    jobs.push({ archive, wanted: [...own.values()].sort((one, other) => one.offset - other.offset) });
  }
  const place = ({ archive: { parts } }: Job) => parts[0];
  return jobs.sort((one, other) => {
    const [first, second] = [place(one), place(other)];
    const byCartridge = (first?.cartridge ?? '') < (second?.cartridge ?? '') ? -1 : 1;
    if (first?.cartridge !== second?.cartridge) return byCartridge;
    return (first?.fileNumber ?? 0) - (second?.fileNumber ?? 0);
  });
}

/** The file that a hard link is another name of: it has the content. */
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

/** An archive of the wanted members only. */
async function* bytesOf(
  provider: LtoProvider,
  { parts }: CataloguedArchive,
  wanted: readonly FoundMember[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  const receipts = parts.map(({ fileNumber: location, firstLogicalObject, checksum, ...part }) => ({
    ...part,
    location,
    firstLogicalObject,
    checksum,
  }));
  const [first] = receipts;
  if (first === undefined) return;
  for (const { start, end } of rangesOf(wanted)) {
    yield* await provider.readArchive(first.cartridge, first.location, { start, end, parts: receipts, signal });
  }
  yield END;
}

/** Members that follow each other are read at once. `end` is the last byte. */
function rangesOf(members: readonly FoundMember[]): { readonly start: number; readonly end: number }[] {
  const ranges: { start: number; end: number }[] = [];
  for (const { offset, length } of members) {
    const last = ranges.at(-1);
    if (last?.end === offset - 1) last.end = offset + length - 1;
    else ranges.push({ start: offset, end: offset + length - 1 });
  }
  return ranges;
}
