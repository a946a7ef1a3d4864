import type { SenseData } from '../../errors/index.js';

/** What the driver last passed or reached (`eof` of struct st_partstat). */
export type Mark = 'none' | 'filemark' | 'end-of-data' | 'early-warning' | 'end-of-medium';

/** An unknown file or block number. */
export const UNKNOWN = -1;
/** Sense key of the end of the data. */
export const BLANK_CHECK = 0x8;

/**
 * The position that `st` assumes, and how the outcome of each command changes it. Names in comments are functions of
 * drivers/scsi/st.c.
 */
export class StPosition {
  #fileNumber = UNKNOWN;
  #blockNumber = UNKNOWN;
  #lost = false;
  #refuseNext = false;
  mark: Mark = 'none';

  get fileNumber(): number {
    return this.#fileNumber;
  }

  get blockNumber(): number {
    return this.#blockNumber;
  }

  /** After a reset or a change of the medium (pos_unknown). */
  get lost(): boolean {
    return this.#lost;
  }

  set(fileNumber: number, blockNumber: number, mark: Mark = 'none'): void {
    this.#fileNumber = fileNumber;
    this.#blockNumber = blockNumber;
    this.mark = mark;
    this.#refuseNext = false;
  }

  /** The drive was reset, or its medium changed. */
  lose(): void {
    this.#lost = true;
    this.set(UNKNOWN, UNKNOWN);
  }

  /** After a command that makes the position known again; the numbers may stay unknown. */
  find(fileNumber: number, blockNumber: number): void {
    this.#lost = false;
    this.set(fileNumber, blockNumber);
  }

  /** The drive reports the beginning of the tape; the last mark stays as it is. */
  beginAgain(): void {
    if (this.#lost) return;
    this.#fileNumber = 0;
    this.#blockNumber = 0;
  }

  /** A record was read or written. */
  passRecord(): void {
    this.#blockNumber = this.#blockNumber < 0 ? UNKNOWN : this.#blockNumber + 1;
    this.mark = 'none';
  }

  /** A record at the end of the medium counts as written (ST_EOM_ERROR); the next one is refused with EIO. */
  passEnd(): void {
    this.passRecord();
    this.mark = 'end-of-medium';
  }

  /** Filemarks were read, written or passed forwards. */
  passFilemarks(count: number): void {
    this.set(this.#fileAfter(count), 0, 'filemark');
  }

  /** An unknown file number stays unknown. */
  #fileAfter(count: number): number {
    return this.#fileNumber < 0 ? UNKNOWN : this.#fileNumber + count;
  }

  /** The write failed: how much of it is on tape is unknown. */
  failWrite(): void {
    this.#blockNumber = UNKNOWN;
  }

  /** A write reached early warning (st_write). If the drive nevertheless took the record, the next one is refused. */
  meetEarlyWarning(taken: boolean): void {
    this.mark = 'early-warning';
    this.#refuseNext = taken;
  }

  /** Whether the next write is refused, once, because the one before it reached early warning. */
  refusesWrite(): boolean {
    const refused = this.#refuseNext;
    if (refused) this.mark = 'end-of-data';
    this.#refuseNext = false;
    return refused;
  }

  /** st_int_ioctl, MTFSF and MTBSF: all filemarks were passed. */
  spaceFiles(count: number): void {
    if (count > 0) this.passFilemarks(count);
    else this.set(this.#fileAfter(count), UNKNOWN);
  }

  /** st_int_ioctl, MTFSR and MTBSR: all records were passed. */
  spaceRecords(count: number): void {
    const known = this.#blockNumber >= 0 && this.#blockNumber + count >= 0;
    this.set(this.#fileNumber, known ? this.#blockNumber + count : UNKNOWN);
  }

  /** st_int_ioctl, MTFSR and MTBSR: a filemark came before the last record. */
  spaceRecordsToFilemark(count: number): void {
    if (count > 0) this.passFilemarks(1);
    else this.set(this.#fileAfter(-1), UNKNOWN);
  }

  /** A motion reached an end, or failed, after `filemarks` filemarks. */
  stop(sense: SenseData | undefined, filemarks = 0): void {
    if (sense?.key === BLANK_CHECK) this.set(this.#fileAfter(filemarks), UNKNOWN, 'end-of-data');
    else if (sense?.endOfMedium) this.set(0, 0);
    else this.set(this.#fileNumber, UNKNOWN);
  }
}
