import { LabelError } from '../../errors/index.js';
import type { Session } from '../session/session.js';
import { readKnownLabel } from './identify.js';

/** Whether anything is recorded after the label, or in place of one. */
export interface ExistingData {
  readonly hasData: boolean;
  /**
   * `capacity`: found from the used capacity, without moving the tape. `tape`: found on the tape, which was moved and
   * then moved back.
   */
  readonly source: 'capacity' | 'tape';
}

/** More than any label needs; drives round used capacity up to data sets, wraps or megabytes. */
const MORE_THAN_A_LABEL = 2 ** 30;

export async function findExistingData(session: Session): Promise<ExistingData> {
  const { drive } = session;
  await drive.waitUntilReady({ timeoutMs: 0 });
  const used = (await drive.capacity()).total.used?.bytes ?? 0;
  if (used > MORE_THAN_A_LABEL) return { hasData: true, source: 'capacity' };
  const hasData = await comingBack(session, () => holdsData(session));
  return { hasData, source: 'tape' };
}

/** Checks the tape itself, which moves it. */
export async function holdsData(session: Session): Promise<boolean> {
  session.throwIfAborted();
  const { end, fileNumber } = await session.drive.spaceToEndOfData();
  if (end === 'blank') return false;
  if (end === 'unterminated' || fileNumber !== 1) return true;
  try {
    await readKnownLabel(session);
    return false;
  } catch (error) {
    if (error instanceof LabelError) return true;
    throw error;
  }
}

/**
 * Runs `work` and returns to the same record of the same file, or to the beginning of the tape if the position was
 * unknown.
 */
async function comingBack<T>({ drive }: Session, work: () => Promise<T>): Promise<T> {
  const { fileNumber, blockNumber, endOfData } = await drive.status();
  const result = await work();
  if (fileNumber === undefined) await drive.rewind();
  else if (blockNumber === undefined && endOfData) await drive.spaceToEndOfData();
  else {
    await drive.locateFile(fileNumber);
    await drive.spaceRecords(blockNumber ?? 0);
  }
  return result;
}
