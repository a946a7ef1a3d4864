import { setTimeout as delay } from 'node:timers/promises';
import { DriveBusyError } from '../errors/index.js';
import type { ProcessLock } from '../locks/process-lock.js';
import { DECRYPTION_MODE, ENCRYPTION_MODE } from '../scsi/index.js';
import { Cartridge } from './cartridge/cartridge.js';
import { type CartridgeOptions, mediumFacts, requireName } from './cartridge/cartridge-options.js';
import { Drive } from './drive/drive.js';
import { type DriveIdentity, loadDrive, poweredOn, saveDrive } from './drive/drive-record.js';
import type { StreamingState } from './drive/speed-model.js';
import { lockFolder } from './host/folder-lock.js';
import { unlessFull } from './host/host-file.js';
import { noteCondition } from './server/conditions.js';
import { dataOutLength } from './server/data-out-length.js';
import { serve } from './server/device-server.js';
import { isPreemptAndAbort } from './server/reservations.js';
import { Traits } from './traits/traits.js';
import type { Request } from './unit/command.js';
import { CommandQueue } from './unit/command-queue.js';
import type { CommandResult } from './unit/command-result.js';
import { type DataPhase, type Execution, executionOf } from './unit/execution.js';
import { type Fault, Faults } from './unit/faults.js';
import { asStruck, isCarriedOut, withFault } from './unit/faulty-result.js';
import { type Attention, ENCRYPTION_PARAMETERS_LOST, LOCAL_NEXUS, type Nexus } from './unit/nexus.js';

const NOTHING = new Uint8Array(0);

/**
 * An LTO drive as a SCSI device server over a folder: a CDB goes in; status, sense and data come out. Commands are
 * carried out one after the other. Whatever a non-immediate WRITE FILEMARKS was answered GOOD to is on disk.
 */
export class VirtualDrive {
  readonly folder: string;
  readonly #lock: ProcessLock;
  readonly #drive: Drive;
  readonly #traits: Traits;
  readonly #faults = new Faults();
  readonly #queue: CommandQueue;

  private constructor(folder: string, lock: ProcessLock, drive: Drive, traits: Traits) {
    this.folder = folder;
    this.#lock = lock;
    this.#drive = drive;
    this.#traits = traits;
    this.#queue = new CommandQueue(this.#device);
  }

  /**
   * Opens the drive of a folder. After `close()` it is as it was left; after anything else its power was cut: the
   * tape is at the beginning, and the first command is told so by UNIT ATTENTION.
   *
   * Rejects with DeviceNotFoundError when there is no drive, DriveBusyError when somebody has it open, MediumError
   * when the cartridge memory can't be read.
   */
  static async open(folder: string): Promise<VirtualDrive> {
    // No lock is put into a folder that is no drive's.
    await loadDrive(folder);
    const lock = await lockFolder(folder);
    try {
      const { identity, settings, memory, life, closed } = await loadDrive(folder);
      const cartridge = memory.cartridge === null ? undefined : await Cartridge.open(folder, memory.cartridge);
      // A position behind end of data: the image is another than it was.
      const { partition, object } = memory.position;
      const isThere = cartridge === undefined || object <= cartridge.objectsOf(partition);
      const state = closed && isThere ? memory : poweredOn(memory.cartridge, memory.loaded);
      if (state !== memory) life.powerCycles += 1;
      const traits = new Traits(settings.traits);
      const record = { identity, settings, memory: state, life };
      const drive = new Drive(record, cartridge, traits.earlyWarningBytes);
      // A drive on a full disk can still be asked, and read.
      await saveDrive(folder, { ...record, closed: false }).catch(unlessFull);
      return new VirtualDrive(folder, lock, drive, traits);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  get identity(): DriveIdentity {
    return this.#drive.identity;
  }

  /** Name of the cartridge that is in the drive. */
  get cartridge(): string | undefined {
    return this.#drive.cartridge?.name;
  }

  /** Bytes that the path to it carries in one transfer; undefined for any number. */
  get transferLimit(): number | undefined {
    return this.#traits.transferLimit;
  }

  /** What its speed model has counted; undefined for a drive that is as fast as the machine. */
  get streaming(): StreamingState | undefined {
    return this.#drive.pace?.state;
  }

  /** What is to go wrong; setting it starts all counts anew. */
  get faults(): readonly Fault[] {
    return this.#faults.list;
  }

  set faults(faults: readonly Fault[]) {
    this.#faults.list = faults;
  }

  /** Carries out a command. Rejects with DriveClosedError after `close()`; what the drive answers is no rejection. */
  execute(cdb: Uint8Array, data: DataPhase = {}): Promise<Execution> {
    const execute = () => this.#execute(cdb, data);
    return data.abortTasks && isPreemptAndAbort(cdb) ? this.#queue.atOnce(execute) : this.#queue.add(execute);
  }

  /**
   * Puts a cartridge into the drive, which loads it: one that was in it before, by name, or a new one. Rejects with
   * DriveBusyError when there is one in it.
   */
  insert(cartridge: string | CartridgeOptions): Promise<void> {
    return this.#queue.add(() => this.#insert(cartridge));
  }

  /** Takes the cartridge out, unloading it first. Rejects with DriveBusyError while its removal is prevented. */
  remove(): Promise<void> {
    return this.#queue.add(() => this.#remove());
  }

  /** Resets the drive, as its bus would: settings are gone and the tape is at the beginning; nothing written is lost. */
  reset(): Promise<void> {
    return this.#queue.add(async () => this.#drive.reset());
  }

  /** A nexus has come into being anew, or is lost: it is told of the power on, and prevents no removal. */
  nexusLost(nexus: Nexus): Promise<void> {
    return this.#queue.add(async () => this.#drive.loseNexus(nexus));
  }

  /** Tells a nexus of something at its next command, by UNIT ATTENTION. */
  tell(nexus: Nexus, attention: Attention): Promise<void> {
    return this.#queue.add(async () => this.#drive.attentions.raiseFor(nexus, attention));
  }

  /**
   * Sets a key from the library's side, as an automation controller does (ADC), or takes it away; for a drive whose keys
   * are set `byLibrary`. `key` has 32 bytes and is copied.
   */
  setLibraryKey(key: Uint8Array | undefined, keyId = ''): Promise<void> {
    return this.#queue.add(async () => {
      const { encryption, attentions, encryptionSettings } = this.#drive;
      const { algorithmIndex } = encryptionSettings;
      const unauthenticated = keyId === '' ? undefined : Buffer.from(keyId, 'latin1');
      encryption.setExternal(
        key && {
          encryptionMode: ENCRYPTION_MODE.encrypt,
          decryptionMode: DECRYPTION_MODE.mixed,
          algorithmIndex,
          key: Buffer.from(key),
          unauthenticated,
        },
      );
      attentions.raise(ENCRYPTION_PARAMETERS_LOST);
    });
  }

  /** Ends in order what was asked for, and keeps the state for the next `open`. A second call does nothing more. */
  close(): Promise<void> {
    return this.#queue.close(() => this.#close());
  }

  get #device(): string {
    return `virtual:${this.folder}`;
  }

  async #execute(cdb: Uint8Array, data: DataPhase): Promise<Execution> {
    const { dataOut = NOTHING, allocationLength, into, nexus = LOCAL_NEXUS, signal, abortTasks } = data;
    signal?.throwIfAborted();
    const length = dataOutLength(this.#drive, cdb, nexus);
    const fault = this.#faults.strike(cdb, this.#drive.position.object);
    if (fault !== undefined && 'delayMs' in fault.outcome) await delay(fault.outcome.delayMs, undefined, { signal });
    if (fault !== undefined && 'reset' in fault.outcome) this.#drive.reset();
    const request = asStruck({ cdb, dataOut, into, nexus, abortTasks }, fault);
    const answer = isCarriedOut(fault) ? await this.#serve(request) : undefined;
    if (fault !== undefined && 'sense' in fault.outcome) noteCondition(this.#drive, fault.outcome.sense, cdb);
    return executionOf(withFault(answer, fault), { into, allocationLength }, length);
  }

  async #serve(request: Request): Promise<CommandResult> {
    const { memory } = this.#drive;
    const wasLoaded = memory.loaded;
    const answer = await serve(this.#drive, this.#traits, request);
    await this.#drive.pace?.settle();
    if (memory.loaded !== wasLoaded) await this.#save(false);
    return answer;
  }

  async #insert(cartridge: string | CartridgeOptions): Promise<void> {
    const { memory, identity } = this.#drive;
    if (this.#drive.cartridge !== undefined) {
      throw new DriveBusyError(`the cartridge ${memory.cartridge} is in the drive`, { device: this.#device });
    }
    const medium = typeof cartridge === 'string' ? undefined : mediumFacts(cartridge, identity.generation);
    if (medium !== undefined) await Cartridge.create(this.folder, medium);
    const name = medium?.barcode ?? requireName(String(cartridge));
    this.#drive.cartridge = await Cartridge.open(this.folder, name);
    memory.cartridge = name;
    await this.#drive.load();
    await this.#save(false);
  }

  async #remove(): Promise<void> {
    const { memory, cartridge } = this.#drive;
    if (cartridge === undefined) return;
    if (this.#drive.isRemovalPrevented()) {
      throw new DriveBusyError('removal of the medium is prevented', { device: this.#device });
    }
    await this.#drive.unload();
    await cartridge.close();
    this.#drive.cartridge = undefined;
    memory.cartridge = null;
    await this.#save(false);
  }

  async #close(): Promise<void> {
    try {
      await this.#drive.cartridge?.close();
      await this.#save(true).catch(unlessFull);
    } finally {
      this.#drive.encryption.clear();
      await this.#lock.release();
    }
  }

  async #save(closed: boolean): Promise<void> {
    const { identity, settings, life } = this.#drive;
    const memory = this.#drive.memoryToKeep();
    await saveDrive(this.folder, { identity, settings, memory, life, closed });
  }
}
