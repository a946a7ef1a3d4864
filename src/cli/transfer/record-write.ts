import type { Catalogue } from '../../catalogue/index.js';
import { LtoError } from '../../errors/index.js';
import type { KeyStore } from '../../keys/key-store.js';
import { RecordQueue } from '../../provider/record/record-queue.js';
import { ArchiveRecording } from '../../provider/record/recording.js';
import { IndexKeeper } from '../../provider/tape-index/index-keeper.js';
import { takeSource } from '../../streams/taken-source.js';
import type { TapeReceipt } from '../../tape/stream/file/receipt.js';
import type { WriteStreamOptions } from '../../tape/stream/write/write-options.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import { note } from '../output/notes.js';
import { closedAfter } from '../run/closing.js';
import type { Interruption } from '../run/interrupt.js';
import { cartridgeNames } from './cartridge-names.js';
import { type WrittenSource, writeSource } from './write-source.js';

/** Who is told of the file that is written. */
export interface Recorders {
  /** A file, or the URL of a server. */
  readonly catalogue: string | undefined;
  /** Whether an index archive follows. */
  readonly index: boolean;
  readonly encryptionKeyId: string | undefined;
  readonly keyStore: KeyStore;
}

/** As `writeSource`, and records the file with its members. A failure to record it is only reported on stderr. */
export function recordingWrite(told: Recorders): typeof writeSource {
  return async (drive: TapeDrive, source: WrittenSource, options: WriteStreamOptions, interruption: Interruption) => {
    const catalogue = told.catalogue ? await open(told.catalogue) : undefined;
    const keeper = told.index ? new IndexKeeper() : undefined;
    return closedAfter(
      (async () => {
        const taken = takeSource(source.stream, { device: drive.device, operation: 'write' });
        const queue = new RecordQueue(catalogue, keeper && ((changes) => keeper.take(changes)));
        const recording = new ArchiveRecording(queue, taken);
        const receipt = await writeSource(drive, { ...source, stream: taken }, options, interruption);
        await record(drive, recording, receipt, { ...told, keeper, options });
        return receipt;
      })(),
      async () => catalogue?.close(),
    );
  };
}

async function open(location: string): Promise<Catalogue> {
  const { openCatalogue } = await import('../../catalogue/open-catalogue.js');
  return openCatalogue(location);
}

interface Recording extends Recorders {
  readonly keeper: IndexKeeper | undefined;
  readonly options: WriteStreamOptions;
}

async function record(
  drive: TapeDrive,
  recording: ArchiveRecording,
  receipt: TapeReceipt,
  { keeper, keyStore, encryptionKeyId, options }: Recording,
): Promise<void> {
  const { cartridge, barcode, mediumSerial } = await cartridgeNames(drive);
  if (cartridge === undefined) {
    note('not recorded in a catalogue or an index: the cartridge has no name in its memory');
    return;
  }
  const { fileNumber, firstLogicalObject, records, bytes, recordSize, checksum } = receipt;
  const part = { cartridge, fileNumber, firstLogicalObject, records, bytes, recordSize, checksum, encryptionKeyId };
  await recording.begin({ cartridge, barcode, mediumSerial, fileNumber, firstLogicalObject });
  const told = await recording.end('durable', [part], checksum);
  if (told?.failure !== undefined) tellNotRecorded(told.failure);
  if (keeper === undefined) return;
  try {
    // The files before it; its own is described already.
    const place = { identity: cartridge, nextFile: fileNumber, mediumEpoch: drive.mediumEpoch };
    const index = await keeper.open(drive, place, { keyStore, protection: options.protection });
    index.nextFile = fileNumber + 1;
    const { recordSize: size, protection, signal } = options;
    index.written(
      (await drive.writeFile(index.encode(), { position: 'append', recordSize: size, protection, signal })).fileNumber,
    );
  } catch (error) {
    if (!(error instanceof LtoError)) throw error;
    note(`on tape, without an index archive behind it: ${error.message}`);
  }
}

/** What is on tape is as safe. */
export function tellNotRecorded({ message }: LtoError): void {
  note(`on tape, and not recorded in the catalogue: ${message}; run lto catalogue reconcile`);
}
