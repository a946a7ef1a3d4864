import { randomUUID } from 'node:crypto';
import { EndOfMediumError, InvalidArgumentError, LtoError, VerificationError, WriteError } from '../../errors/index.js';
import { withParts } from '../../errors/with-parts.js';
import type { TakenSource } from '../../streams/taken-source.js';
import type { TapeReceipt } from '../../tape/stream/file/receipt.js';
import { identify } from '../label/identify.js';
import type { Preparation } from '../label/prepare.js';
import { prepareOrLabel } from '../label/prepare-or-label.js';
import type { Session } from '../session/session.js';
import { type ArchivePart, type ArchiveReceipt, archivePart } from './archive.js';
import type { FullCartridge, OnEndOfMedium } from './full-cartridge.js';
import { encodePartHeader, type PartHeader } from './part-header.js';
import { type NextPlace, type Place, requireUnused } from './places.js';
import { ReplayableSource } from './replayable-source.js';
import {
  type OnProven,
  preparationBehind,
  type WriteArchiveOptions,
  writeArchive,
  writeNext,
} from './write-archive.js';

export interface SpanOptions {
  /** Continue on the next cartridge when this one is full. In a library the provider brings it. */
  readonly onEndOfMedium?: OnEndOfMedium | undefined;
  /** Name of the archive in the part headers. Default: a random UUID. */
  readonly archive?: string | undefined;
}

/** What is done while nobody else moves the tape. */
export interface WriteHooks {
  readonly onProven: OnProven;
  /** With the receipt, and the preparation for the next archive. */
  readonly onWritten: (session: Session, next: Preparation, receipt: ArchiveReceipt) => Promise<ArchiveReceipt>;
}

/** Writes to one cartridge, or where there is a next place, to as many as needed. Leaves all places but the first. */
export async function writeWhole(
  place: Place,
  source: TakenSource,
  options: WriteArchiveOptions & SpanOptions,
  next: NextPlace | undefined,
  hooks: WriteHooks,
): Promise<ArchiveReceipt> {
  if (next !== undefined) return writeSpanned(place, source, options, next, hooks);
  const { session, preparation } = place;
  const written = await writeArchive(session, preparation, source, options, hooks.onProven);
  return hooks.onWritten(session, written.next, written.receipt);
}

/**
 * As `writeArchive`, over as many cartridges as needed. A header in a separate file precedes each part, including the
 * first, and names archive, part and predecessor; the part itself is plain bytes of the source. When it fails, `parts` of
 * the error are those on tape.
 */
async function writeSpanned(
  first: Place,
  source: TakenSource,
  options: WriteArchiveOptions & SpanOptions,
  next: NextPlace,
  { onProven, onWritten }: WriteHooks,
): Promise<ArchiveReceipt> {
  const { archive = randomUUID(), checksum = 'crc32' } = options;
  if (checksum === false) throw withoutChecksum(first.session);
  const replayable = new ReplayableSource(source, checksum);
  const parts: ArchivePart[] = [];
  const used: string[] = [];
  let place = first;
  try {
    for (;;) {
      const { session, preparation } = place;
      used.push(preparation.identity);
      const before = totalOf(parts);
      const onProgress = (bytes: number) => options.onProgress?.(before + bytes);
      const header = headerOf(archive, parts);
      const outcome = await writePart(session, preparation, replayable, header, { ...options, onProgress }, onProven);
      if (outcome.part) parts.push(outcome.part);
      const totalBytes = totalOf(parts);
      if (outcome.next) {
        return await onWritten(session, outcome.next, receiptOf(parts, totalBytes, replayable));
      }
      place = await next(fullCartridge(place, used, { archive, part: outcome.part, totalBytes }), place, used);
    }
  } catch (error) {
    throw parts.length === 0 ? error : withParts(asLtoError(error, place.session), parts);
  } finally {
    replayable.close();
    await place.leave();
  }
}

/** What is none, such as the reason of an aborted signal, becomes the cause of a WriteError. */
function asLtoError(error: unknown, { drive }: Session): LtoError {
  if (error instanceof LtoError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new WriteError(`the archive was not written to its end: ${why}`, {
    device: drive.device,
    operation: 'write',
    cause: error,
    safe: { records: 0, bytes: 0, filemark: false },
    next: 'Write the whole archive again',
  });
}

function fullCartridge(
  place: Place,
  used: readonly string[],
  facts: Pick<FullCartridge, 'archive' | 'part' | 'totalBytes'>,
): FullCartridge {
  const { session } = place;
  const { drive } = session;
  return {
    ...facts,
    eject: () => drive.eject(),
    identify: async () => {
      await drive.waitUntilReady();
      return identify(session, true);
    },
    tryNext: async (id) => {
      requireUnused(place, used, id);
      await drive.waitUntilReady();
      await prepareOrLabel(session, id);
    },
  };
}

function withoutChecksum({ drive }: Session): InvalidArgumentError {
  return new InvalidArgumentError('an archive over several cartridges is not written without a checksum', {
    device: drive.device,
    operation: 'write',
    next: 'Name an algorithm, or leave `checksum` out',
  });
}

function totalOf(parts: readonly ArchivePart[]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * Number of records kept although the drive took them: at the end of the medium the last one may not be on tape
 * although the drive reported it, and the filemark may have to replace the one before.
 */
const RECORDS_HELD_BACK = 4;

interface PartOutcome {
  readonly part: ArchivePart | undefined;
  /** Undefined when the cartridge is full and the source has more. */
  readonly next?: Preparation;
}

async function writePart(
  session: Session,
  preparation: Preparation,
  replayable: ReplayableSource,
  header: PartHeader,
  { bufferBytes, checksum: algorithm = 'crc32', signal, onProgress }: WriteArchiveOptions,
  onProven: OnProven,
): Promise<PartOutcome> {
  const behindHeader = await writeHeader(session, preparation, header, onProven);
  if (behindHeader === undefined) return { part: undefined };
  let taken = 0;
  const options = {
    bufferBytes,
    // The records' own checksum costs this thread nothing, and the checksum of the source is computed in any case.
    checksum: algorithm === 'sha256' ? (false as const) : algorithm,
    signal,
    onProgress: (bytes: number) => {
      taken = bytes;
      onProgress?.(bytes);
    },
  };
  try {
    const chunks = replayable.chunks(() => taken - RECORDS_HELD_BACK * session.configuration.recordSize);
    const receipt = await writeNext(session, behindHeader, chunks, options);
    const checksum = replayable.endPart(receipt.bytes);
    requireSame(session, receipt, checksum);
    return { part: archivePart(preparation, { ...receipt, checksum }), next: preparationBehind(behindHeader, receipt) };
  } catch (error) {
    if (!(error instanceof EndOfMediumError) || !error.safe.filemark) throw error;
    const { records, bytes } = error.safe;
    const checksum = replayable.endPart(bytes);
    if (records === 0) return { part: undefined };
    const { nextFile: fileNumber, firstLogicalObject } = behindHeader;
    const { recordSize } = session.configuration;
    return { part: archivePart(preparation, { fileNumber, firstLogicalObject, records, bytes, recordSize, checksum }) };
  }
}

/** Resolves with undefined when not even the header fits. */
async function writeHeader(
  session: Session,
  preparation: Preparation,
  header: PartHeader,
  onProven: OnProven,
): Promise<Preparation | undefined> {
  try {
    const receipt = await writeNext(session, preparation, encodePartHeader(header), {}, onProven);
    return preparationBehind(preparation, receipt);
  } catch (error) {
    if (error instanceof EndOfMediumError) return undefined;
    throw error;
  }
}

function headerOf(archive: string, parts: readonly ArchivePart[]): PartHeader {
  const last = parts.at(-1);
  const predecessor = last && { cartridge: last.cartridge, location: last.location };
  return { archive, part: parts.length + 1, predecessor };
}

function receiptOf(parts: readonly ArchivePart[], totalBytes: number, replayable: ReplayableSource): ArchiveReceipt {
  const [first] = parts;
  if (first === undefined) throw new InvalidArgumentError('an archive has at least one part');
  return { ...first, parts, totalBytes, totalChecksum: replayable.totalChecksum() };
}

/** Compares written with received data: rejects if a source modified its chunks while they were queued. */
function requireSame({ drive }: Session, receipt: TapeReceipt, checksum: string): void {
  if (receipt.checksum === undefined || receipt.checksum === checksum) return;
  throw new VerificationError(`file ${receipt.fileNumber} has the checksum ${receipt.checksum}, not ${checksum}`, {
    device: drive.device,
    operation: 'write',
    next: 'The source must not change a chunk after it has delivered it; write the archive again',
  });
}
