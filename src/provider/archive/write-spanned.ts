import { randomUUID } from 'node:crypto';
import { unlessAborted } from '../../arguments/signal.js';
import { EndOfMediumError, InvalidArgumentError, VerificationError } from '../../errors/index.js';
import type { TakenSource } from '../../streams/taken-source.js';
import type { TapeReceipt } from '../../tape/stream/file/receipt.js';
import { isSameCartridge } from '../label/barcode.js';
import { type Preparation, prepareForWrite } from '../label/prepare.js';
import type { Session } from '../session/session.js';
import { type ArchivePart, type ArchiveReceipt, archivePart } from './archive.js';
import { encodePartHeader, type PartHeader } from './part-header.js';
import { ReplayableSource } from './replayable-source.js';
import { preparationBehind, type WriteArchiveOptions, type Written, writeArchive, writeNext } from './write-archive.js';

/** A cartridge that became full in the middle of an archive. */
export interface FullCartridge {
  readonly archive: string;
  /** The part on this cartridge, closed with a filemark; undefined if nothing fitted. */
  readonly part: ArchivePart | undefined;
  /** Bytes of the archive that are on tape so far. */
  readonly totalBytes: number;
  /**
   * Ejects the cartridge. Use this: the provider's other methods that move the tape wait until the archive is written.
   */
  readonly eject: () => Promise<void>;
}

/** Must resolve with the identity of the next cartridge when it is in the drive. That cartridge must be labelled. */
export type OnEndOfMedium = (full: FullCartridge) => string | Promise<string>;

export interface SpanOptions {
  /** Continue on the next cartridge when this one is full. */
  readonly onEndOfMedium?: OnEndOfMedium | undefined;
  /** Name of the archive in the part headers. Default: a random UUID. */
  readonly archive?: string | undefined;
}

/** Writes to one cartridge, or with `onEndOfMedium` to as many as needed. */
export function writeWhole(
  session: Session,
  preparation: Preparation,
  source: TakenSource,
  { onEndOfMedium, ...options }: WriteArchiveOptions & SpanOptions,
): Promise<Written> {
  if (onEndOfMedium === undefined) return writeArchive(session, preparation, source, options);
  return writeSpanned(session, preparation, source, { ...options, onEndOfMedium });
}

/**
 * As `writeArchive`, over as many cartridges as needed. A header in a separate file precedes each part, including the
 * first, and names archive, part and predecessor; the part itself is plain bytes of the source.
 */
async function writeSpanned(
  session: Session,
  preparation: Preparation,
  source: TakenSource,
  options: WriteArchiveOptions & SpanOptions & { readonly onEndOfMedium: OnEndOfMedium },
): Promise<Written> {
  const { onEndOfMedium, archive = randomUUID(), checksum = 'crc32' } = options;
  if (checksum === false) {
    throw new InvalidArgumentError('an archive over several cartridges is not written without a checksum', {
      device: session.drive.device,
      operation: 'write',
      next: 'Name an algorithm, or leave `checksum` out',
    });
  }
  const replayable = new ReplayableSource(source, checksum);
  const parts: ArchivePart[] = [];
  const used: string[] = [];
  try {
    for (let prepared = preparation; ; ) {
      used.push(prepared.identity);
      const outcome = await writePart(session, prepared, replayable, headerOf(archive, parts), options);
      if (outcome.part) parts.push(outcome.part);
      const totalBytes = parts.reduce((sum, { bytes }) => sum + bytes, 0);
      if (outcome.next) return { receipt: receiptOf(parts, totalBytes, replayable), next: outcome.next };
      const eject = () => session.drive.eject();
      const answer = Promise.resolve(onEndOfMedium({ archive, part: outcome.part, totalBytes, eject }));
      const id = await unlessAborted(answer, options.signal);
      requireUnused(session, used, id);
      prepared = await prepareForWrite(session, id);
    }
  } finally {
    replayable.close();
  }
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
): Promise<PartOutcome> {
  const behindHeader = await writeHeader(session, preparation, header);
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
): Promise<Preparation | undefined> {
  try {
    const receipt = await writeNext(session, preparation, await encodePartHeader(header), {});
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

function requireUnused({ drive }: Session, used: readonly string[], id: string): void {
  if (!used.some((other) => isSameCartridge(other, id))) return;
  throw new InvalidArgumentError(`the cartridge ${JSON.stringify(id)} is full`, {
    device: drive.device,
    operation: 'write',
    next: 'Continue on a cartridge that holds no part of this archive yet',
  });
}
