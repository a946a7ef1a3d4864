import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { requireNonEmptyText } from '../arguments/options.js';
import { DriveBusyError, InvalidArgumentError } from '../errors/index.js';
import type { ProcessLock } from '../locks/process-lock.js';
import { Cartridge } from './cartridge/cartridge.js';
import { type CartridgeOptions, mediumFacts, requireName } from './cartridge/cartridge-options.js';
import { lockFolder } from './host/folder-lock.js';
import { unlessFull } from './host/host-file.js';
import { serveChanger } from './library/device-server.js';
import { Library, type LibraryElement } from './library/library.js';
import type { LibraryFault } from './library/library-faults.js';
import { driveFolder } from './library/library-folder.js';
import {
  type LibraryIdentity,
  type LibraryRecord,
  libraryPoweredOn,
  loadLibrary,
  type Stored,
  saveLibrary,
} from './library/library-record.js';
import { insertMagazine, removeMagazine } from './library/magazines.js';
import type { Request } from './unit/command.js';
import { CommandQueue } from './unit/command-queue.js';
import { type DataPhase, type Execution, executionOf, requireCommand } from './unit/execution.js';
import { type Attention, IMPORT_EXPORT_ACCESSED, LOCAL_NEXUS, type Nexus, requireAttention } from './unit/nexus.js';
import { runWithFault } from './unit/run-with-faults.js';
import { VirtualDrive } from './virtual-drive.js';

const NOTHING = new Uint8Array(0);

/**
 * A tape library over a folder: a medium changer as a SCSI device server, which is logical unit 0 of its target, and its
 * drives, which are the units from 1 on. Where each cartridge is stands in one file, which is replaced as a whole: the
 * power may be cut at any moment.
 */
export class VirtualLibrary {
  readonly folder: string;
  /** In the order of their elements; they are closed with the library. */
  readonly drives: readonly VirtualDrive[];
  readonly #lock: ProcessLock;
  readonly #library: Library;
  readonly #generation: number;
  readonly #queue: CommandQueue;

  private constructor(folder: string, lock: ProcessLock, record: LibraryRecord, drives: readonly VirtualDrive[]) {
    this.folder = folder;
    this.drives = drives;
    this.#lock = lock;
    this.#generation = drives[0]?.identity.generation ?? 0;
    this.#library = new Library(record, drives, (memory) => saveLibrary(folder, { ...record, memory, closed: false }));
    this.#queue = new CommandQueue(this.#device, 'library');
  }

  /**
   * Opens the library of a folder, and its drives. After `close()` it is as it was left; after anything else its power
   * was cut.
   *
   * Rejects with DeviceNotFoundError when there is no library, DriveBusyError when somebody has it open, MediumError when
   * a cartridge in a drive can't be read.
   */
  static async open(folder: string): Promise<VirtualLibrary> {
    requireNonEmptyText('folder', folder, { operation: 'open' });
    await loadLibrary(folder);
    const lock = await lockFolder(folder, 'library');
    const drives: VirtualDrive[] = [];
    try {
      const stored = await loadLibrary(folder);
      const { identity, settings, closed } = stored;
      const memory = closed ? stored.memory : libraryPoweredOn(stored.memory);
      const record = { identity, settings, memory, closed: false };
      const library = new Library(record, [], async () => undefined);
      for (const [index, element] of library.map.addresses('dataTransfer').entries()) {
        const bay = {
          librarySerial: identity.serial,
          element,
          units: 1 + settings.drives,
          folder,
          cartridge: library.storedAt(element)?.cartridge ?? null,
        };
        drives.push(await VirtualDrive.open(driveFolder(folder, index + 1), bay));
      }
      await saveLibrary(folder, record).catch(unlessFull);
      const opened = new VirtualLibrary(folder, lock, record, drives);
      if (!closed) opened.#library.takeInventory();
      return opened;
    } catch (error) {
      await Promise.allSettled(drives.map((drive) => drive.close()));
      await lock.release();
      throw error;
    }
  }

  get identity(): LibraryIdentity {
    return this.#library.identity;
  }

  /** Faults to inject; setting them restarts all counts. */
  get faults(): LibraryFault {
    return this.#library.faults.given;
  }

  set faults(faults: LibraryFault) {
    this.#library.faults.given = faults;
  }

  /** All drives, mail slots and slots, in the order of their addresses; the hand only while it holds a cartridge. */
  get elements(): readonly LibraryElement[] {
    return this.#library.elements();
  }

  /** Carries out a command of the changer. Rejects with DriveClosedError after `close()`. */
  async execute(cdb: Uint8Array, data: DataPhase = {}): Promise<Execution> {
    requireCommand(cdb, data);
    return this.#queue.add(() => this.#execute(cdb, data));
  }

  /**
   * An operator puts a cartridge into a mail slot, the first that is empty: one that was taken out before, by name, or a
   * new one. Resolves with the address of the mail slot. Rejects with DriveBusyError while the mail slots are locked, or
   * when none is empty.
   */
  import(cartridge: string | CartridgeOptions): Promise<number> {
    return this.#queue.add(() => this.#import(cartridge));
  }

  /**
   * An operator takes a cartridge out of its mail slot; it stays in the folder. Rejects with DriveBusyError while the
   * mail slots are locked, InvalidArgumentError when it is in none.
   */
  export(cartridge: string): Promise<void> {
    return this.#queue.add(() => this.#export(cartridge));
  }

  /**
   * An operator takes a magazine out, with the cartridges in it. Rejects with DriveBusyError while it is locked,
   * InvalidArgumentError when there is none of that number, or it is out.
   */
  removeMagazine(magazine: number): Promise<void> {
    return this.#queue.add(async () => {
      this.#requireUnlocked('remove a magazine');
      await removeMagazine(this.#library, magazine);
    });
  }

  /** An operator puts a magazine in again, with the same cartridges. Rejects with InvalidArgumentError as above. */
  insertMagazine(magazine: number): Promise<void> {
    return this.#queue.add(() => insertMagazine(this.#library, magazine));
  }

  /** Numbers of the magazines that are out. */
  get magazinesOut(): readonly number[] {
    return this.#library.magazinesOut;
  }

  /** Names of the cartridges that were taken out, or were never in. */
  async outside(): Promise<readonly string[]> {
    const all = await readdir(join(this.folder, 'cartridges')).catch((): string[] => []);
    return all.filter((name) => this.#library.elementOf(name) === undefined).toSorted();
  }

  /** Resets the changer, as its bus would. */
  reset(): Promise<void> {
    return this.#queue.add(async () => this.#library.reset());
  }

  /** A nexus was created or lost. */
  async nexusLost(nexus: Nexus): Promise<void> {
    requireNonEmptyText('nexus', nexus);
    return this.#queue.add(async () => this.#library.loseNexus(nexus));
  }

  /** Queues a unit attention for the next command of a nexus. */
  async tell(nexus: Nexus, attention: Attention): Promise<void> {
    requireAttention(nexus, attention);
    return this.#queue.add(async () => this.#library.attentions.raiseFor(nexus, attention));
  }

  /** Completes the calls made before it, closes the drives and keeps the state. A second call does nothing more. */
  close(): Promise<void> {
    return this.#queue.close(() => this.#close());
  }

  get #device(): string {
    return `virtual:${this.folder}`;
  }

  async #execute(cdb: Uint8Array, data: DataPhase): Promise<Execution> {
    const { dataOut = NOTHING, into, nexus = LOCAL_NEXUS, signal, abortTasks } = data;
    signal?.throwIfAborted();
    const subject = {
      reset: () => this.#library.reset(),
      serve: (request: Request) => serveChanger(this.#library, request),
    };
    const fault = this.#library.faults.commands.strike(cdb);
    return executionOf(await runWithFault(fault, subject, { cdb, dataOut, into, nexus, abortTasks }, signal), data);
  }

  async #import(cartridge: string | CartridgeOptions): Promise<number> {
    this.#requireUnlocked('import');
    const element = this.#library.map.addresses('importExport').find((each) => !this.#library.storedAt(each));
    if (element === undefined) throw this.#busy('no mail slot is empty', 'import');
    await this.#library.note({ [element]: { ...(await this.#cartridgeFrom(cartridge)), byOperator: true } });
    this.#library.attentions.raise(IMPORT_EXPORT_ACCESSED);
    return element;
  }

  async #cartridgeFrom(cartridge: string | CartridgeOptions): Promise<Stored> {
    if (typeof cartridge !== 'string') {
      const medium = mediumFacts(cartridge, this.#generation);
      await Cartridge.create(this.folder, medium);
      return { cartridge: medium.barcode, kind: medium.kind };
    }
    const name = requireName(cartridge);
    if (this.#library.elementOf(name) !== undefined) {
      throw new InvalidArgumentError(`the cartridge ${name} is in the library`, { device: this.#device });
    }
    const found = await Cartridge.open(this.folder, name);
    await found.close();
    return { cartridge: name, kind: found.memory.medium.kind };
  }

  async #export(cartridge: string): Promise<void> {
    this.#requireUnlocked('export');
    const element = this.#library.elementOf(cartridge);
    if (element === undefined || this.#library.map.typeOf(element) !== 'importExport') {
      throw new InvalidArgumentError(`the cartridge ${cartridge} is in no mail slot`, { device: this.#device });
    }
    await this.#library.note({ [element]: undefined });
    this.#library.attentions.raise(IMPORT_EXPORT_ACCESSED);
  }

  #requireUnlocked(operation: string): void {
    if (this.#library.isRemovalPrevented()) throw this.#busy('mail slots and magazines are locked', operation);
  }

  #busy(why: string, operation: string): DriveBusyError {
    return new DriveBusyError(why, { device: this.#device, operation });
  }

  async #close(): Promise<void> {
    try {
      for (const drive of this.drives) await drive.close();
      const { identity, settings } = this.#library;
      const memory = this.#library.memoryToKeep();
      await saveLibrary(this.folder, { identity, settings, memory, closed: true }).catch(unlessFull);
    } finally {
      await this.#lock.release();
    }
  }
}
