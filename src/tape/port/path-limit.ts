import { roundDownToPage } from '../../transport/page.js';

/**
 * Larger than nearly every program's records; the kernel would pin a larger offer for each read, mostly without need.
 */
const LARGEST_FIRST_OFFER = 1024 * 1024;

/**
 * How many bytes one read(2) or write(2) carries between host and drive. READ BLOCK LIMITS does not include this limit:
 * a host adapter accepts a limited number of memory segments, and `st` returns EBUSY for more, before any command
 * reaches the drive. Adjacent pages count as one segment, so only tried sizes are certain.
 */
export class PathLimit {
  #carried: number;
  /** The smallest refused size that has not succeeded since. */
  #refused: number | undefined;

  /** `known`: bytes that the host adapter is known to carry. */
  constructor(known: number) {
    this.#carried = Math.min(known, LARGEST_FIRST_OFFER);
  }

  /** Bytes to offer for a record of unknown size: the largest size that succeeded or is known to be carried. */
  get carried(): number {
    return this.#carried;
  }

  get refused(): number | undefined {
    return this.#refused;
  }

  /** A transfer succeeded. */
  carry(bytes: number): void {
    this.#carried = Math.max(this.#carried, bytes);
    if (this.#refused !== undefined && this.#refused <= bytes) this.#refused = undefined;
  }

  /** A transfer was refused with EBUSY. */
  refuse(bytes: number): void {
    this.#refused = Math.min(this.#refused ?? bytes, bytes);
    if (this.#carried >= this.#refused) this.#carried = roundDownToPage(this.#refused / 2);
  }

  /** The next size to try above `bytes`, for a record of at most `most` bytes; undefined if none is left. */
  above(bytes: number, most: number): number | undefined {
    const next = Math.min(Math.max(bytes * 2, this.#carried), most);
    const refused = this.#refused;
    const tried = refused !== undefined && next >= refused ? roundDownToPage((bytes + refused) / 2) : next;
    return tried > bytes ? tried : undefined;
  }
}
