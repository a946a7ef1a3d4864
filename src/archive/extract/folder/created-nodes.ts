import type { NodeFacts } from './target-folder.js';

/** Nodes created by this extraction, by device and inode: a set without an object for each. */
export class CreatedNodes {
  readonly #devices = new Map<number, InodeTable>();

  add(device: number, inode: number): void {
    let table = this.#devices.get(device);
    if (table === undefined) {
      table = new InodeTable();
      this.#devices.set(device, table);
    }
    table.add(inode);
  }

  has({ device, inode }: NodeFacts): boolean {
    return this.#devices.get(device)?.has(inode) ?? false;
  }
}

/** Open addressing; 0 is no inode. Grows when half of it is taken. */
class InodeTable {
  #slots = new Float64Array(1024);
  #count = 0;

  add(inode: number): void {
    if (this.#count * 2 >= this.#slots.length) this.#grow();
    const slot = this.#find(inode);
    if (this.#slots[slot] === inode) return;
    this.#slots[slot] = inode;
    this.#count += 1;
  }

  has(inode: number): boolean {
    return this.#slots[this.#find(inode)] === inode;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Float64Array(old.length * 2);
    for (const inode of old) if (inode !== 0) this.#slots[this.#find(inode)] = inode;
  }

  /** Slot of an inode, or the free slot for it. */
  #find(inode: number): number {
    const mask = this.#slots.length - 1;
    const low = inode >>> 0;
    let slot = Math.imul(low ^ (low >>> 15), 0x2c1b3c6d) & mask;
    while (this.#slots[slot] !== 0 && this.#slots[slot] !== inode) slot = (slot + 1) & mask;
    return slot;
  }
}
