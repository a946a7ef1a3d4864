import { Readable } from 'node:stream';
import { InvalidArgumentError } from '../../errors/index.js';
import { isSameCartridge } from '../../library/same-cartridge.js';
import { closed } from '../../streams/closed.js';
import { destroyOnAbort } from '../../streams/destroy-on-abort.js';
import type { Connection } from '../session/connection.js';
import type { ArchivePart } from './archive.js';
import { destroyWhenIdle, requireIdleTimeout } from './idle-reader.js';
import { type PartRange, partRanges } from './part-ranges.js';
import { type ReadArchiveOptions, readArchive, requireLocation } from './read-archive.js';

export interface ReadSpannedOptions
  extends Pick<ReadArchiveOptions, 'bufferBytes' | 'idleTimeoutMs' | 'signal' | 'start' | 'end'> {
  /** All parts of the archive, from its receipt. */
  readonly parts: readonly ArchivePart[];
  /**
   * Called before each further part, with `start` also for a first one that is not in the drive; must resolve when the cartridge of that part is in the drive. In a library it is
   * not needed: the provider brings the cartridge after it.
   */
  readonly onNextCartridge?: ((part: ArchivePart) => void | Promise<void>) | undefined;
}

/** Throws InvalidArgumentError unless these are the parts of the archive at that place, and can be read. */
export function requireParts(
  { bringsCartridges }: Connection,
  id: string,
  location: number,
  { parts = [], onNextCartridge, ...options }: Partial<ReadSpannedOptions>,
): ReadSpannedOptions {
  const [first] = parts;
  const isFirst = first?.location === location && isSameCartridge(first.cartridge, id);
  if ((onNextCartridge !== undefined || bringsCartridges) && isFirst) return { ...options, parts, onNextCartridge };
  throw new InvalidArgumentError('these are not the parts of that archive, or `onNextCartridge` is missing', {
    operation: 'read',
    next: 'Give the parts of the receipt, the place of the first one, and `onNextCartridge`',
  });
}

/**
 * Completes the options with record size and first logical object of the receipt. Throws InvalidArgumentError for the
 * part of another archive.
 */
export function withPart<T extends ReadArchiveOptions>(
  id: string,
  location: number,
  part: ArchivePart | undefined,
  options: T,
): T {
  if (part === undefined) return options;
  const { recordSize = part.recordSize, firstLogicalObject = part.firstLogicalObject } = options;
  if (part.location === location && isSameCartridge(part.cartridge, id)) {
    return { ...options, recordSize, firstLogicalObject };
  }
  throw new InvalidArgumentError('this is not the part of that archive', {
    operation: 'read',
    next: 'Give the parts of the receipt, and the place of the first one',
  });
}

/**
 * The parts of an archive, or those that hold a range of it, as one stream; each that is read whole is checked against
 * its checksum. The first is opened before this resolves; for each other one, its cartridge is requested.
 */
export async function readSpanned(
  connection: Connection,
  { parts, onNextCartridge, bufferBytes, signal, idleTimeoutMs, start, end }: ReadSpannedOptions,
): Promise<Readable> {
  const idleTimeout = requireIdleTimeout({ idleTimeoutMs });
  // The idle timeout applies to the whole stream, not to a part.
  const open = async ({ part: { cartridge, location }, options }: PartRange) => {
    const stream = await readArchive(connection, cartridge, requireLocation(location), {
      ...options,
      bufferBytes,
      signal,
      idleTimeoutMs: 0,
    });
    // Whoever iterates it is told; until somebody does, an abort would be an error that nobody listens for.
    return stream.on('error', () => undefined);
  };
  const [first, ...others] = partRanges(parts, { start, end });
  if (first === undefined) throw new InvalidArgumentError('an archive has at least one part');
  if (first.part !== parts[0]) await onNextCartridge?.(first.part);
  const stream = await open(first);
  async function* chunks() {
    yield* stream;
    await closed(stream);
    for (const range of others) {
      await onNextCartridge?.(range.part);
      // Nobody waits for it any more: no cartridge is moved for nothing.
      if (readable.destroyed) return;
      yield* await open(range);
    }
  }
  const readable = Readable.from(chunks(), { objectMode: false });
  destroyOnAbort(readable, signal);
  // A generator that was never started ends without its first step.
  readable.once('close', () => stream.destroy());
  destroyWhenIdle(readable, idleTimeout, connection.details('read').device);
  return readable;
}
