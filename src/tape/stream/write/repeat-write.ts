import { testUnitReady } from '../../../scsi/commands/primary.js';
import { readBufferPosition } from '../../motion/position.js';
import type { DrivePort } from '../../port/drive-port.js';

/**
 * Whether a record that write(2) failed with EIO can be sent again: drive, cartridge and key are as they were, and the
 * tape stands at the logical object that the record is to become, with everything before it on the medium. So it is after
 * a unit attention in the middle of a file (6/2A/01, 6/2A/10, 6/3F/0E), which `st` tells nobody. A deferred error is about
 * earlier records: those that the drive has lost from its buffer are not before the position then.
 */
export async function canRepeatWrite(port: DrivePort, logicalObject: number): Promise<boolean> {
  const { mediumEpoch } = port;
  try {
    // Takes the unit attentions that are still waiting.
    await port.query(testUnitReady());
    await port.confirmWriting('write');
    if ((await port.transport.tell()) !== logicalObject) return false;
    // Empties the buffer of the drive, and writes no filemark.
    await port.mt('MTWEOF', 0);
    const { firstObject, lastObject } = await readBufferPosition(port);
    const isComplete = firstObject === logicalObject && lastObject === logicalObject;
    return isComplete && port.mediumEpoch === mediumEpoch;
  } catch {
    // Whoever reports the failure of the write asks again, and says what is wrong.
    return false;
  }
}
