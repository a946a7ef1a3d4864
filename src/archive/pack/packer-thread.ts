// The thread of a packer: `PackStream` starts it with `PackerData`.
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { runThread } from '../thread/thread.js';
import { failureOf } from './failure.js';
import { openFileAccess } from './files/file-access.js';
import { CELL, type PackerData, type PackerMessage } from './job.js';
import { Packer } from './packer.js';
import { SlabWriter } from './slab-writer.js';
import { PackNotes } from './summary.js';

/** Thrown in the packer once no more data is wanted. */
class Stopped extends Error {}

/** Passes slabs on, at most `ahead` before they are taken. */
class SlabDoor {
  readonly #port: MessagePort;
  readonly #data: PackerData;
  readonly #notes: PackNotes;
  readonly #cells: Int32Array<SharedArrayBuffer>;
  readonly #idle: ArrayBuffer[] = [];
  #handedOn = 0;

  constructor(port: MessagePort, data: PackerData, notes: PackNotes) {
    this.#port = port;
    this.#data = data;
    this.#notes = notes;
    this.#cells = new Int32Array(data.shared);
  }

  handOn(slab: Buffer, bytes: number): Buffer {
    const { buffer: memory } = slab;
    if (!(memory instanceof ArrayBuffer)) throw new TypeError('a slab is memory of this thread alone');
    this.say({ kind: 'slab', memory, bytes, progress: this.#notes.progress }, [memory]);
    this.#handedOn += 1;
    this.#wait();
    return this.newSlab();
  }

  newSlab(): Buffer {
    for (let back = receiveMessageOnPort(this.#port); back; back = receiveMessageOnPort(this.#port)) {
      this.#idle.push(back.message);
    }
    return Buffer.from(this.#idle.pop() ?? new ArrayBuffer(this.#data.slabBytes));
  }

  say(message: PackerMessage, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  #wait(): void {
    for (;;) {
      if (Atomics.load(this.#cells, CELL.stopped) !== 0) throw new Stopped();
      const taken = Atomics.load(this.#cells, CELL.taken);
      if (this.#handedOn - taken < this.#data.ahead) return;
      Atomics.wait(this.#cells, CELL.taken, taken);
    }
  }
}

function pack(port: MessagePort, data: PackerData): void {
  const notes = new PackNotes();
  const door = new SlabDoor(port, data, notes);
  try {
    const archive = new SlabWriter(door.newSlab(), (slab, bytes) => door.handOn(slab, bytes));
    const packer = new Packer(data.job, openFileAccess(), archive, notes);
    door.say({ kind: 'end', summary: packer.run(() => door.say({ kind: 'begun' })) });
  } catch (error) {
    if (!(error instanceof Stopped)) door.say({ kind: 'failure', failure: failureOf(error) });
  }
}

runThread(pack);
