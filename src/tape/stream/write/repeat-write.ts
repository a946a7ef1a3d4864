import { testUnitReady } from '../../../scsi/commands/primary.js';
import { readBufferPosition } from '../../motion/position.js';
import type { DrivePort } from '../../port/drive-port.js';

/**
 * Whether a record whose write(2) failed with EIO can be sent again: drive, cartridge and key are unchanged, and the
 * tape stands at the record's logical object number with everything before it on the medium. This is the case after a
 * unit attention in the middle of a file (6/2A/01, 6/2A/10, 6/3F/0E), which `st` does not report. After a deferred
 * error, which concerns earlier records, the position is short by the records lost from the buffer.
 */
export async function canRepeatWrite(port: DrivePort, logicalObject: number): Promise<boolean> {
  const { mediumEpoch } = port;
  try {
    // Consumes pending unit attentions.
    await port.query(testUnitReady());
    await port.confirmWriting('write');
    if ((await port.transport.tell()) !== logicalObject) return false;
    // Flushes the drive's buffer without writing a filemark.
    await port.mt('MTWEOF', 0);
    const { firstObject, lastObject } = await readBufferPosition(port);
    const isComplete = firstObject === logicalObject && lastObject === logicalObject;
    return isComplete && port.mediumEpoch === mediumEpoch;
  } catch {
    // The code that reports the failed write asks again and reports the reason.
    return false;
  }
}
