import type { WriteOutcome } from '../../../binding.js';
import { MtOperation } from '../../transport/mtio.js';

/** st_ioctl: before these `st` ends what was written with a filemark. */
export const ENDS_WRITING: ReadonlySet<number> = new Set([
  MtOperation.MTREW,
  MtOperation.MTOFFL,
  MtOperation.MTSEEK,
  MtOperation.MTBSF,
]);

/** st_ioctl: with any other operation `st` forgets that it was writing, even where the operation then fails. */
export const KEEPS_WRITING: ReadonlySet<number> = new Set([
  MtOperation.MTNOP,
  MtOperation.MTSETBLK,
  MtOperation.MTSETDRVBUFFER,
  MtOperation.MTSETPART,
]);

/** Whether records were written that no filemark ends, so that `st` owes one. No call to the driver tells it. */
export class Unended {
  #records = false;

  get records(): boolean {
    return this.#records;
  }

  wrote({ records, stop }: Pick<WriteOutcome, 'records' | 'stop'>): void {
    // Of the record that meets early warning write(2) says ENOSPC, and the drive has it.
    if (records > 0 || stop === 'end-of-medium') this.#records = true;
  }

  /** An operation has ended. One that failed may have failed for the filemark that it began with. */
  operated(operation: number, failed: boolean): void {
    if (!KEEPS_WRITING.has(operation) && !(failed && ENDS_WRITING.has(operation))) this.#records = false;
  }

  /** Data were read. */
  read(): void {
    this.#records = false;
  }
}

/**
 * Closes a tape node, which is closed whatever close(2) returns. `st` returns EIO for two reasons (st_flush): the filemark
 * that it owes could not be written; or the position is unknown after a unit attention, even if nothing was ever written.
 * Rejects with the error of close(2) where `unended` records may be lost, and resolves otherwise.
 */
export async function closeNode(close: () => Promise<void>, unended: () => boolean): Promise<void> {
  try {
    await close();
  } catch (error) {
    if (unended()) throw error;
  }
}
