import type { BigIntStats } from 'node:fs';
import type { ByteString } from '../encode/byte-string.js';

/** Files with several names, by device and inode: the first one that was archived is what the others lead to. */
export class HardLinks {
  readonly #first = new Map<string, { readonly name: ByteString; left: bigint }>();

  /** Name of the member that holds the file already. */
  find(stats: BigIntStats): ByteString | undefined {
    if (stats.nlink < 2n) return undefined;
    const key = keyOf(stats);
    const known = this.#first.get(key);
    if (known === undefined) return undefined;
    known.left -= 1n;
    if (known.left === 0n) this.#first.delete(key);
    return known.name;
  }

  /** Notes a file that was archived. */
  add(name: ByteString, stats: BigIntStats): void {
    if (stats.nlink > 1n) this.#first.set(keyOf(stats), { name, left: stats.nlink - 1n });
  }
}

function keyOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}
