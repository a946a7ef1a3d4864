import type { Catalogue } from '../../catalogue/index.js';
import { EndOfMediumError, LtoError } from '../../errors/index.js';
import type { KeyStore } from '../../keys/key-store.js';
import type { IndexReport } from '../../provider/archive/archive.js';
import { RecordQueue } from '../../provider/record/record-queue.js';
import { ArchiveRecording } from '../../provider/record/recording.js';
import { IndexKeeper } from '../../provider/tape-index/index-keeper.js';
import { takeSource } from '../../streams/taken-source.js';
import type { TapeReceipt } from '../../tape/stream/file/receipt.js';
import type { WriteStreamOptions } from '../../tape/stream/write/write-options.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import { warn } from '../output/notes.js';
import { letGoAfter } from '../run/closing.js';
import type { Interruption } from '../run/interrupt.js';
import { type KnownCartridge, knownCartridge, whyNotAddressable } from './cartridge-names.js';
import { tellLoss } from './losing.js';
import { tellNotIndexed, tellNotRecorded } from './not-recorded.js';
import type { Source } from './source.js';
import { writeSource } from './write-source.js';

/** Who is told of the file that is written. */
export interface Recorders {
  /** A file, or the URL of a server. */
  readonly catalogue: string | undefined;
  /** Whether an index archive follows. */
  readonly index: boolean;
  readonly encryptionKeyId: string | undefined;
  readonly keyStore: KeyStore;
}

/** The file to be written. */
export interface FileToWrite {
  readonly source: Source;
  readonly options: WriteStreamOptions;
  /** From this file on, everything on the cartridge is replaced. */
  readonly overwritten: number | undefined;
  /** Sets the drive up and goes to the place; what is done before it may move the tape. */
  readonly start: () => Promise<void>;
}

/** A receipt with what became of the request to record it. */
export interface RecordedReceipt extends TapeReceipt {
  /** Undefined if no catalogue was named. */
  readonly catalogued?: CataloguedFile | undefined;
  /** Undefined if no index was asked for. */
  readonly indexed?: IndexReport | undefined;
}

export interface CataloguedFile {
  /** Name of the archive in the catalogue; undefined if the catalogue could not find it again on the cartridge. */
  readonly archive: string | undefined;
  /** Why the catalogue does not know this receipt. The file is as safe on tape. */
  readonly failure: LtoError | undefined;
}

/** As `writeSource`, and records the file with its members. A failure to record it is told, and does not fail the command. */
export async function recordedWrite(
  drive: TapeDrive,
  file: FileToWrite,
  told: Recorders,
  interruption: Interruption,
): Promise<RecordedReceipt> {
  const catalogue = told.catalogue ? await open(told.catalogue) : undefined;
  return letGoAfter(writeAndRecord(drive, file, { ...told, open: catalogue }, interruption), async () =>
    catalogue?.close(),
  );
}

async function open(location: string): Promise<Catalogue> {
  const { openCatalogue } = await import('../../catalogue/open-catalogue.js');
  return openCatalogue(location);
}

interface OpenRecorders extends Recorders {
  readonly open: Catalogue | undefined;
}

async function writeAndRecord(
  drive: TapeDrive,
  { source, options, overwritten, start }: FileToWrite,
  told: OpenRecorders,
  interruption: Interruption,
): Promise<RecordedReceipt> {
  const taken = takeSource(source.stream, { device: drive.device, operation: 'write' });
  const keeper = told.index ? new IndexKeeper() : undefined;
  const queue = new RecordQueue(told.open, keeper && ((changes) => keeper.take(changes)));
  const recording = new ArchiveRecording(queue, taken);
  const known = await knownCartridge(drive, told.keyStore);
  await start();
  if (overwritten !== undefined) {
    // Whatever refuses comes before the catalogue forgets.
    await drive.requireOverwritable();
    await tellLoss(told.open, known, overwritten);
  }
  const receipt = await writeSource(drive, { ...source, stream: taken }, options, interruption);
  const failure = whyNotAddressable(known, receipt.fileNumber);
  if (failure !== undefined) return notAddressable(receipt, told, failure);
  const catalogued = await record(recording, known, receipt, told.encryptionKeyId);
  const indexed = keeper && (await writeIndex(drive, keeper, known, receipt, { ...told, options }));
  return { ...receipt, catalogued, indexed };
}

/** A catalogue that had it would promise what nobody could restore by way of it. */
function notAddressable(receipt: TapeReceipt, told: OpenRecorders, failure: LtoError): RecordedReceipt {
  warn(`on tape, and not recorded in a catalogue or an index: ${failure.message}`);
  return {
    ...receipt,
    ...(told.open && { catalogued: { archive: undefined, failure } }),
    ...(told.index && { indexed: { fileNumber: undefined, failure } }),
  };
}

async function record(
  recording: ArchiveRecording,
  { identity = '', barcode, mediumSerial }: KnownCartridge,
  { fileNumber, firstLogicalObject, records, bytes, recordSize, checksum }: TapeReceipt,
  encryptionKeyId: string | undefined,
): Promise<CataloguedFile | undefined> {
  const place = { cartridge: identity, fileNumber, firstLogicalObject };
  const part = { ...place, records, bytes, recordSize, checksum, encryptionKeyId };
  await recording.begin({ ...place, barcode, mediumSerial });
  const catalogued = await recording.end('durable', [part], checksum);
  if (catalogued?.failure !== undefined) tellNotRecorded(catalogued.failure);
  return catalogued;
}

interface IndexOptions extends Recorders {
  readonly options: WriteStreamOptions;
}

/** Behind the file, which is described already; the index has the files before it, too. */
async function writeIndex(
  drive: TapeDrive,
  keeper: IndexKeeper,
  { identity = '' }: KnownCartridge,
  { fileNumber }: TapeReceipt,
  { keyStore, options: { recordSize, protection, signal } }: IndexOptions,
): Promise<IndexReport> {
  try {
    const place = { identity, nextFile: fileNumber, mediumEpoch: drive.mediumEpoch };
    const index = await keeper.open(drive, place, { keyStore, protection });
    index.nextFile = fileNumber + 1;
    const written = await drive.writeFile(index.encode(), { position: 'append', recordSize, protection, signal });
    index.written(written.fileNumber);
    return { fileNumber: written.fileNumber, failure: undefined };
  } catch (error) {
    if (!(error instanceof LtoError)) throw error;
    tellNotIndexed(error);
    return { fileNumber: undefined, failure: error instanceof EndOfMediumError ? undefined : error };
  }
}
