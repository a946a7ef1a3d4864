import { roundDownToPage } from '../../transport/page.js';

/** Larger than nearly every program's records: more is pinned by the kernel for each read, and mostly for nothing. */
const LARGEST_FIRST_OFFER = 1024 * 1024;

/**
 * How many bytes one read(2) or write(2) carries between the host and a drive. READ BLOCK LIMITS knows nothing of it: a
 * host adapter takes a list of so many pieces of memory, and for more `st` answers EBUSY, before any command reaches
 * the drive. Pages that lie side by side count as one piece, so that only what was tried is certain.
 */
export class PathLimit {
  #carried: number;
  /** The least bytes that were refused and have not gone through since. */
  #refused: number | undefined;

  /** `known`: bytes that the host adapter says to carry. */
  constructor(known: number) {
    this.#carried = Math.min(known, LARGEST_FIRST_OFFER);
  }

  /** Bytes to offer a record of which nothing is known: what went through, or is said to. */
  get carried(): number {
    return this.#carried;
  }

  get refused(): number | undefined {
    return this.#refused;
  }

  /** A transfer went through. */
  carry(bytes: number): void {
    this.#carried = Math.max(this.#carried, bytes);
    if (this.#refused !== undefined && this.#refused <= bytes) this.#refused = undefined;
  }

  /** A transfer was refused with EBUSY. */
  refuse(bytes: number): void {
    this.#refused = Math.min(this.#refused ?? bytes, bytes);
    if (this.#carried >= this.#refused) this.#carried = roundDownToPage(this.#refused / 2);
  }

  /** What to try above `bytes`, for a record of at most `most` bytes; undefined when nothing is left to be tried. */
  above(bytes: number, most: number): number | undefined {
    const next = Math.min(Math.max(bytes * 2, this.#carried), most);
    const refused = this.#refused;
    const tried = refused !== undefined && next >= refused ? roundDownToPage((bytes + refused) / 2) : next;
    return tried > bytes ? tried : undefined;
  }
}
