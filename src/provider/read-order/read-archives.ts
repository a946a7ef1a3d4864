import type { Readable } from 'node:stream';
import { requireCallback, requireNonEmptyText, requireRecord } from '../../arguments/options.js';
import { InvalidArgumentError } from '../../errors/index.js';
import { destroyed } from '../../streams/closed.js';
import type { ReadLocation } from '../../tape/order/locations.js';
import type { ReadPlan } from '../../tape/order/plan-reads.js';
import type { ArchivePart } from '../archive/archive.js';
import { partRanges } from '../archive/part-ranges.js';
import { type ReadArchiveOptions, requireLocation } from '../archive/read-archive.js';
import type { ReadSpannedOptions } from '../archive/read-spanned.js';

/** An archive, or bytes of one, to be read. A receipt is one. */
export interface WantedArchive {
  readonly cartridge: string;
  readonly location: number;
  /** Of the receipt: they tell where on the tape the archive is. An archive over several cartridges needs them. */
  readonly parts?: readonly ArchivePart[] | undefined;
  /** First byte. */
  readonly start?: number | undefined;
  /** Last byte, included. */
  readonly end?: number | undefined;
}

/** `index`: of the archive in the list. Its stream is destroyed once the handler has resolved. */
export type ArchiveHandler = (stream: Readable, archive: WantedArchive, index: number) => void | Promise<void>;

export type ReadArchivesOptions = Partial<
  Pick<ReadSpannedOptions, 'bufferBytes' | 'idleTimeoutMs' | 'onNextCartridge' | 'signal'>
>;

export interface ReadArchivesReport {
  /** Indices of the archives in the order in which they were read. */
  readonly order: readonly number[];
  /** In the order in which they were used. */
  readonly cartridges: readonly string[];
}

interface Ways {
  readonly plan: (cartridge: string, places: readonly ReadLocation[]) => Promise<ReadPlan>;
  readonly read: (cartridge: string, location: number, options: ReadableOptions) => Promise<Readable>;
}

type ReadableOptions = ReadArchiveOptions & Partial<ReadSpannedOptions>;

/** See `LtoProvider.readArchives`. */
export async function readInOrder(
  archives: readonly WantedArchive[],
  handler: ArchiveHandler,
  options: ReadArchivesOptions,
  { plan, read }: Ways,
): Promise<ReadArchivesReport> {
  requireWanted(archives);
  requireCallback('handler', handler ?? null, { operation: 'read' });
  const order: number[] = [];
  const groups = cartridgeGroups(archives);
  for (const { cartridge, indices } of groups) {
    const places = indices.map((index) => placeOf(archives[index]));
    const planned = indices.length > 1 ? (await plan(cartridge, places)).order : [...indices.keys()];
    for (const at of planned) {
      const index = indices[at];
      const archive = index === undefined ? undefined : archives[index];
      if (index === undefined || archive === undefined) continue;
      order.push(index);
      const { cartridge: id, location, parts, start, end } = archive;
      const stream = await read(id, location, { ...options, start, end, ...(parts && { parts }) });
      try {
        await handler(stream, archive, index);
      } finally {
        // Only then is the tape free for the next archive.
        await destroyed(stream);
      }
    }
  }
  return {
    order,
    cartridges: [...new Set(groups.flatMap(({ indices }) => indices.flatMap((at) => cartridgesOf(archives[at]))))],
  };
}

interface Group {
  readonly cartridge: string;
  readonly indices: number[];
}

/**
 * The archives of each cartridge. Those that need several come last, behind those of their first one: so a cartridge that
 * is used by others is mounted when they are done.
 */
export function cartridgeGroups(archives: readonly WantedArchive[]): Group[] {
  const groups = new Map<string, Group>();
  const spanned: Group[] = [];
  for (const [index, archive] of archives.entries()) {
    const [cartridge = archive.cartridge, ...others] = cartridgesOf(archive);
    if (others.length > 0) spanned.push({ cartridge, indices: [index] });
    else {
      const group = groups.get(cartridge) ?? { cartridge, indices: [] };
      group.indices.push(index);
      groups.set(cartridge, group);
    }
  }
  return [...groups.values(), ...inChain(spanned, archives, [...groups.keys()].at(-1))];
}

/** Archives over several cartridges, each begun where the one before ended, where there is one. */
function inChain(groups: readonly Group[], archives: readonly WantedArchive[], from: string | undefined): Group[] {
  const left = [...groups];
  const chain: Group[] = [];
  let here = from;
  while (left.length > 0) {
    const at = Math.max(
      0,
      left.findIndex(({ cartridge }) => cartridge === here),
    );
    const [next] = left.splice(at, 1);
    if (next === undefined) break;
    chain.push(next);
    here = cartridgesOf(archives[next.indices[0] ?? 0]).at(-1);
  }
  return chain;
}

/** Cartridges with the bytes that are wanted. */
function cartridgesOf(archive: WantedArchive | undefined): string[] {
  if (archive === undefined) return [];
  const { cartridge, parts = [], start, end } = archive;
  if (parts.length < 2) return [cartridge];
  return [...new Set(partRanges(parts, { start, end }).map(({ part }) => part.cartridge))];
}

/** The records with the bytes that are wanted, on the first cartridge that has some. */
export function placeOf(archive: WantedArchive | undefined): ReadLocation {
  if (archive === undefined) return {};
  const { location, parts = [], start, end } = archive;
  if (parts.length === 0) return { fileNumber: location };
  const [first] = partRanges(parts, { start, end });
  if (first === undefined) return { fileNumber: location };
  const { part, options } = first;
  const { firstLogicalObject, recordSize, records } = part;
  const from = Math.floor((options.start ?? 0) / recordSize);
  const last = options.end === undefined ? Math.max(from, records - 1) : Math.floor(options.end / recordSize);
  return {
    fileNumber: part.location,
    firstLogicalObject: firstLogicalObject === undefined ? undefined : firstLogicalObject + from,
    records: last - from + 1,
  };
}

function requireWanted(archives: unknown): asserts archives is readonly WantedArchive[] {
  const details = { operation: 'read' };
  if (!Array.isArray(archives)) throw new InvalidArgumentError('archives are a list', details);
  for (const archive of archives) {
    requireRecord('an archive', archive, details);
    const { cartridge, location } = archive as Partial<WantedArchive>;
    requireNonEmptyText('cartridge', cartridge, details);
    requireLocation(location as number);
  }
}
