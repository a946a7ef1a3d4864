import { Readable } from 'node:stream';
import { InvalidArgumentError } from '../../errors/index.js';
import { closed } from '../../streams/closed.js';
import { destroyOnAbort } from '../../streams/destroy-on-abort.js';
import { isSameCartridge } from '../label/barcode.js';
import type { Connection } from '../session/connection.js';
import type { ArchivePart } from './archive.js';
import { destroyWhenIdle, requireIdleTimeout } from './idle-reader.js';
import { type ReadArchiveOptions, readArchive, requireLocation } from './read-archive.js';

export interface ReadSpannedOptions extends Pick<ReadArchiveOptions, 'bufferBytes' | 'idleTimeoutMs' | 'signal'> {
  /** All parts of the archive, from its receipt. */
  readonly parts: readonly ArchivePart[];
  /**
   * Called before each further part; must resolve when the cartridge of that part is in the drive. In a library it is
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
 * The parts of an archive as one stream, each checked against its checksum. The first is opened before this resolves;
 * for each other one, its cartridge is requested.
 */
export async function readSpanned(
  connection: Connection,
  { parts, onNextCartridge, bufferBytes, signal, idleTimeoutMs }: ReadSpannedOptions,
): Promise<Readable> {
  const idleTimeout = requireIdleTimeout({ idleTimeoutMs });
  // The idle timeout applies to the whole stream, not to a part.
  const open = ({ cartridge, location, checksum: expectedChecksum }: ArchivePart) =>
    readArchive(connection, cartridge, requireLocation(location), {
      bufferBytes,
      expectedChecksum,
      signal,
      idleTimeoutMs: 0,
    });
  const [first, ...others] = parts;
  if (first === undefined) throw new InvalidArgumentError('an archive has at least one part');
  const stream = await open(first);
  async function* chunks() {
    yield* stream;
    await closed(stream);
    for (const part of others) {
      await onNextCartridge?.(part);
      yield* await open(part);
    }
  }
  const readable = Readable.from(chunks(), { objectMode: false });
  destroyOnAbort(readable, signal);
  // A generator that was never started ends without its first step.
  readable.once('close', () => stream.destroy());
  destroyWhenIdle(readable, idleTimeout, connection.details('read').device);
  return readable;
}
