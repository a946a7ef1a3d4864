import { openCatalogue } from '../../catalogue/index.js';
import { RecordQueue } from '../../provider/record/record-queue.js';
import { ArchiveRecording } from '../../provider/record/recording.js';
import { takeSource } from '../../streams/taken-source.js';
import type { TapeReceipt } from '../../tape/stream/file/receipt.js';
import type { WriteStreamOptions } from '../../tape/stream/write/write-options.js';
import type { TapeDrive } from '../../tape/tape-drive.js';
import { printText, visible } from '../output/terminal.js';
import { closedAfter } from '../run/closing.js';
import type { Interruption } from '../run/interrupt.js';
import { type WrittenSource, writeSource } from './write-source.js';

/** As `writeSource`, and records the file with its members. A failure to record it is only reported on stderr. */
export function recordingWrite(location: string, encryptionKeyId: string | undefined): typeof writeSource {
  return async (drive: TapeDrive, source: WrittenSource, options: WriteStreamOptions, interruption: Interruption) => {
    const catalogue = await openCatalogue(location);
    return closedAfter(
      (async () => {
        const taken = takeSource(source.stream, { device: drive.device, operation: 'write' });
        const recording = new ArchiveRecording(new RecordQueue(catalogue), taken);
        const receipt = await writeSource(drive, { ...source, stream: taken }, options, interruption);
        await record(drive, recording, receipt, encryptionKeyId);
        return receipt;
      })(),
      () => catalogue.close(),
    );
  };
}

async function record(
  drive: TapeDrive,
  recording: ArchiveRecording,
  receipt: TapeReceipt,
  encryptionKeyId: string | undefined,
): Promise<void> {
  const { barcode, userMediumLabel, serialNumber: mediumSerial } = (await drive.mam())?.values ?? {};
  const cartridge = barcode ?? userMediumLabel ?? mediumSerial;
  if (cartridge === undefined) {
    printText(process.stderr, 'lto: not recorded in the catalogue: the cartridge has no name in its memory');
    return;
  }
  const { fileNumber, firstLogicalObject, records, bytes, recordSize, checksum } = receipt;
  const part = { cartridge, fileNumber, firstLogicalObject, records, bytes, recordSize, checksum, encryptionKeyId };
  await recording.begin({ cartridge, barcode, mediumSerial, fileNumber, firstLogicalObject });
  const { failure } = await recording.end('durable', [part], checksum);
  if (failure === undefined) return;
  const text = `lto: on tape, and not recorded in the catalogue: ${failure.message}; run lto catalogue reconcile`;
  printText(process.stderr, visible(text));
}
