import { decodeCdb, VERIFY_6 } from '../../../scsi/index.js';
import type { Drive } from '../../drive/drive.js';
import { CheckCondition, invalidFieldInCdb, residual, sense } from '../../unit/check-condition.js';
import type { Request } from '../../unit/command.js';
import { onMedium, unreadableHere } from './blocks.js';

/**
 * VERIFY(6): reads what is recorded and transfers nothing, up to so many filemarks, to the end of the data, or block by
 * block. The tape stops after an unreadable block. IMMED is accepted and ignored.
 */
export async function verify(drive: Drive, request: Request): Promise<undefined> {
  const { toEndOfData, filemarks, byteCompare, fixed, verificationLength } = decodeCdb(VERIFY_6, request.cdb);
  if (byteCompare || (filemarks && fixed)) throw invalidFieldInCdb(1);
  if (toEndOfData) return verifyTo(drive, request, Number.POSITIVE_INFINITY);
  if (filemarks) return verifyTo(drive, request, verificationLength);
  if (fixed && drive.memory.blockLength === 0) throw invalidFieldInCdb(1);
  const blocks = fixed ? verificationLength : Math.min(verificationLength, 1);
  const length = fixed ? drive.memory.blockLength : verificationLength;
  for (let block = 0; block < blocks; block += 1) {
    const left = fixed ? blocks - block : length;
    const met = await verifyNext(drive, request, left);
    if (met === 'filemark') throw new CheckCondition(sense('0/00/01', { filemark: true, ...residual(left) }));
    if (met === 'end of data') throw endOfData(drive, left);
    if (met === length) continue;
    throw new CheckCondition({ key: 0, incorrectLength: true, ...residual(fixed ? left : length - met) });
  }
}

/** Verifies up to after the last of `count` filemarks; with infinity, to the end of the data. */
async function verifyTo(drive: Drive, request: Request, count: number): Promise<undefined> {
  for (let left = count; left > 0; ) {
    const met = await verifyNext(drive, request, left);
    if (met === 'filemark') left -= 1;
    if (met !== 'end of data') continue;
    if (count === Number.POSITIVE_INFINITY) return;
    throw endOfData(drive, left);
  }
}

function endOfData(drive: Drive, left: number): CheckCondition {
  const endOfMedium = drive.beyondEarlyWarning();
  return new CheckCondition(sense('8/00/05', { endOfMedium, ...residual(left) }));
}

/** Bytes of the next block if it is intact, or what else comes next. */
async function verifyNext(drive: Drive, request: Request, left: number): Promise<number | 'filemark' | 'end of data'> {
  const next = drive.image.object(drive.position.object);
  if (next.kind === 'end-of-data') return 'end of data';
  if (next.kind === 'filemark') {
    drive.advance(1);
    return 'filemark';
  }
  if (next.kind === 'damage') throw new CheckCondition(sense('3/11/00', finite(left)));
  if (next.kind === 'bad-record' || request.mediumFlipped) throw unreadableHere(drive, request.nexus, finite(left));
  await onMedium('3/11/00', () => drive.image.read(drive.position.object, Buffer.allocUnsafeSlow(next.length)));
  drive.pace?.gave(next.length);
  drive.advance(1);
  return next.length;
}

function finite(left: number) {
  return Number.isFinite(left) ? residual(left) : {};
}
