import type { ByteString } from '../../encode/byte-string.js';
import { type FileStatus, identityOf } from './file-status.js';

/** Files with several names, by device and inode: later names become links to the first archived one. */
export class HardLinks {
  readonly #first = new Map<string, { readonly name: ByteString; left: number }>();

  /** Name of the member that holds the file already. */
  find(status: FileStatus): ByteString | undefined {
    if (status.links < 2) return undefined;
    const key = identityOf(status);
    const known = this.#first.get(key);
    if (known === undefined) return undefined;
    known.left -= 1;
    if (known.left === 0) this.#first.delete(key);
    return known.name;
  }

  /** Notes a file that was archived. */
  add(name: ByteString, status: FileStatus): void {
    if (status.links > 1) this.#first.set(identityOf(status), { name, left: status.links - 1 });
  }
}
