import { PAGE, roundUpToPage } from '../../../transport/page.js';
import { RECORDS, space } from '../../motion/motion.js';
import type { DrivePort } from '../../port/drive-port.js';
import { nextStreamNumber } from '../../port/stream-number.js';

/**
 * Finds the largest transfer below `bytes` that the path to the drive carries, by reading: EBUSY is returned before any
 * command reaches the drive, so only the first transfer that succeeds moves the tape, and that motion is undone.
 * Probing by writing would leave a record on tape.
 */
export async function findCarried(port: DrivePort, bytes: number): Promise<number> {
  const { transport, path } = port;
  const memory = transport.allocate(roundUpToPage(bytes));
  for (let offer = roundUpToPage(bytes) - PAGE; offer > 0; offer -= PAGE) {
    const { stop, code, lengths } = await transport.readRecords(memory, offer, 1, nextStreamNumber());
    if (code === 'EBUSY') {
      path.refuse(offer);
      continue;
    }
    if (stop === 'too-large' || lengths.length > 0) await space(port, RECORDS, -1);
    // A filemark was read, unless this is the end of the data, where there is none to go back over.
    else if (stop === 'zero' && !(await port.status()).endOfData) await port.mt('MTBSF', 1);
    path.carry(offer);
    return offer;
  }
  return 0;
}
