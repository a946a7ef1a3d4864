import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type * as Binding from '../../../binding.js';
import { optionalAddon } from '../../addon/load-addon.js';
import { CELL, type PackerData, type PackerMessage, type SlabMemory } from './job.js';
import type { PackNotes } from './summary.js';

/** Thrown in the packer once no more data is wanted. */
export class Stopped extends Error {}

/**
 * Passes slabs on, at most `ahead` before they are taken. They are the addon's, so that a drive takes them as they are,
 * and the two threads pass each other only their addresses; without the addon they are moved.
 */
export class SlabDoor {
  readonly #port: MessagePort;
  readonly #data: PackerData;
  readonly #notes: PackNotes;
  readonly #cells: Int32Array<SharedArrayBuffer>;
  /** Where its slabs can be shared. */
  readonly #addon: typeof Binding | undefined;
  readonly #idle: ArrayBuffer[] = [];
  /** This thread's view of each slab, by its address. Weak: the other thread may keep the slab. */
  readonly #views = new Map<number, WeakRef<ArrayBuffer>>();
  /** Slabs on their way: without a view they would be gone. */
  readonly #unseen: ArrayBuffer[] = [];
  #handedOn = 0;

  constructor(port: MessagePort, data: PackerData, notes: PackNotes) {
    this.#port = port;
    this.#data = data;
    this.#notes = notes;
    this.#cells = new Int32Array(data.shared);
    this.#addon = data.sharesSlabs ? optionalAddon() : undefined;
  }

  handOn(slab: Buffer, bytes: number): Buffer {
    const { buffer: memory } = slab;
    if (!(memory instanceof ArrayBuffer)) throw new TypeError('a slab is memory of this thread alone');
    const address = this.#addon?.addressOfSlab(slab) ?? 0;
    const { progress } = this.#notes;
    if (address === 0) this.say({ kind: 'slab', memory, bytes, progress }, [memory]);
    else {
      this.#views.set(address, new WeakRef(memory));
      this.say({ kind: 'slab', memory: address, bytes, progress });
    }
    this.#unseen.push(memory);
    this.#handedOn += 1;
    if (!this.#isReached(CELL.taken, this.#data.ahead)) throw new Stopped();
    const unseen = this.#handedOn - Atomics.load(this.#cells, CELL.seen);
    this.#unseen.splice(0, this.#unseen.length - unseen);
    return this.newSlab();
  }

  newSlab(): Buffer {
    for (let back = receiveMessageOnPort(this.#port); back; back = receiveMessageOnPort(this.#port)) {
      this.#idle.push(this.#viewOf(back.message));
    }
    return Buffer.from(this.#idle.pop() ?? this.#allocate());
  }

  say(message: PackerMessage, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  /** Waits until all slabs have been seen, or none is wanted: the views of a thread go with it. */
  settle(): void {
    this.#isReached(CELL.seen, 1);
  }

  #allocate(): ArrayBuffer {
    const { slabBytes } = this.#data;
    return this.#addon?.allocateSlab(slabBytes) ?? new ArrayBuffer(slabBytes);
  }

  #viewOf(memory: SlabMemory): ArrayBuffer {
    if (typeof memory !== 'number' || this.#addon === undefined) return memory as ArrayBuffer;
    return this.#views.get(memory)?.deref() ?? this.#addon.slabAt(memory);
  }

  /** Waits until fewer than so many slabs are behind what a cell counts; false once no more data is wanted. */
  #isReached(cell: number, most: number): boolean {
    for (;;) {
      if (Atomics.load(this.#cells, CELL.stopped) !== 0) return false;
      const count = Atomics.load(this.#cells, cell);
      if (this.#handedOn - count < most) return true;
      Atomics.wait(this.#cells, cell, count);
    }
  }
}
