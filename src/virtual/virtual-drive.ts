import { requireNonEmptyText, requireOptions, requireRecord } from '../arguments/options.js';
import { DriveBusyError } from '../errors/index.js';
import type { ProcessLock } from '../locks/process-lock.js';
import { DECRYPTION_MODE, ENCRYPTION_MODE } from '../scsi/index.js';
import { loadCapture } from './capture/capture-file.js';
import { Cartridge } from './cartridge/cartridge.js';
import { type CartridgeOptions, mediumFacts, requireName } from './cartridge/cartridge-options.js';
import { type Bay, inLibrary } from './drive/bay.js';
import { Drive } from './drive/drive.js';
import { requireLibraryKey } from './drive/drive-encryption.js';
import { cutPower, loseBuffer, resetDrive } from './drive/drive-loss.js';
import type { PaceState } from './drive/drive-pace.js';
import { type CleaningNeed, loadDrive, poweredOn, saveDrive, type VirtualDriveIdentity } from './drive/drive-record.js';
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
import { type DataPhase, type Execution, executionOf, requireCommand } from './unit/execution.js';
import { type Fault, Faults } from './unit/faults.js';
import { type Attention, ENCRYPTION_PARAMETERS_LOST, LOCAL_NEXUS, type Nexus, requireAttention } from './unit/nexus.js';
import { runWithFault } from './unit/run-with-faults.js';

const NOTHING = new Uint8Array(0);

/**
 * An LTO drive as a SCSI device server over a folder: a CDB goes in; status, sense and data come out. Commands are
 * carried out one at a time. When a non-immediate WRITE FILEMARKS returns GOOD, all data written before it is on disk.
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
   * Opens the drive of a folder. After `close()` its state is unchanged; after any other end its power counts as cut:
   * the tape is at the beginning, and the first command gets a UNIT ATTENTION.
   *
   * `bay` is given by the library that it is in, which knows what cartridge is in it.
   *
   * Rejects with DeviceNotFoundError when there is no drive, DriveBusyError when somebody has it open, MediumError when
   * the cartridge memory can't be read, InvalidArgumentError for the drive of a library.
   */
  static async open(folder: string, bay?: Bay): Promise<VirtualDrive> {
    if (bay !== undefined) requireRecord('bay', bay, { operation: 'open' });
    // No lock is put into a folder that is no drive's.
    const { settings: found } = await loadDrive(folder);
    if (found.inLibrary && bay === undefined) throw inLibrary(folder, 'open');
    const lock = await lockFolder(folder);
    try {
      const { identity, settings, memory, life, closed } = await loadDrive(folder);
      const name = bay === undefined ? memory.cartridge : bay.cartridge;
      const cartridge = name === null ? undefined : await Cartridge.open(bay?.folder ?? folder, name);
      // A robot's power was cut between its note and the load: a drive loads what it finds at power on.
      const isKnown = name === memory.cartridge;
      // A position after end of data: the image was replaced.
      const { partition, object } = memory.position;
      const isThere = cartridge === undefined || object <= cartridge.objectsOf(partition);
      const state = closed && isThere && isKnown ? memory : poweredOn(name, isKnown ? memory.loaded : name !== null);
      if (state !== memory) life.powerCycles += 1;
      const traits = new Traits(settings.traits, await loadCapture(folder));
      const record = { identity, settings, memory: state, life };
      const drive = new Drive(record, cartridge, { earlyWarningBytes: traits.earlyWarningBytes, bay });
      // A drive on a full disk can still be asked, and read.
      await saveDrive(folder, { ...record, closed: false }).catch(unlessFull);
      return new VirtualDrive(folder, lock, drive, traits);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  get identity(): VirtualDriveIdentity {
    return this.#drive.identity;
  }

  /** Name of the cartridge that is in the drive. */
  get cartridge(): string | undefined {
    return this.#drive.cartridge?.name;
  }

  /** Most bytes that the path to the drive carries in one transfer; undefined for no limit. */
  get transferLimit(): number | undefined {
    return this.#traits.transferLimit;
  }

  /** What its speed model has counted; undefined for a drive that is as fast as the machine. */
  get streaming(): PaceState | undefined {
    return this.#drive.pace?.state;
  }

  /** Faults to inject; setting them restarts all counts. */
  get faults(): readonly Fault[] {
    return this.#faults.list;
  }

  set faults(faults: readonly Fault[]) {
    this.#faults.list = faults;
  }

  /** Carries out a command. Resolves with any answer of the drive; rejects with DriveClosedError after `close()`. */
  async execute(cdb: Uint8Array, data: DataPhase = {}): Promise<Execution> {
    requireCommand(cdb, data);
    const execute = () => this.#execute(cdb, data);
    return data.abortTasks && isPreemptAndAbort(cdb) ? this.#queue.atOnce(execute) : this.#queue.add(execute);
  }

  /**
   * Puts a cartridge into the drive, which loads it: one that was in it before, by name, or a new one. Rejects with
   * DriveBusyError when there is one in it.
   */
  insert(cartridge: string | CartridgeOptions): Promise<void> {
    return this.#queue.add(() => this.#byHand(() => this.#insert(cartridge)));
  }

  /** Takes the cartridge out, unloading it first. Rejects with DriveBusyError while its removal is prevented. */
  remove(): Promise<void> {
    return this.#queue.add(() => this.#byHand(() => this.#remove()));
  }

  /** The robot of its library puts a cartridge in, which is loaded. */
  take(cartridge: string): Promise<void> {
    return this.#queue.add(() => this.#insert(cartridge));
  }

  /**
   * The robot of its library takes the cartridge out. Resolves with why it can't: the drive holds it, or its removal is
   * prevented; `unloads` has the drive unload it first.
   */
  async give(options: { readonly unloads?: boolean } = {}): Promise<'held' | 'prevented' | undefined> {
    requireOptions(options, undefined, { unloads: true });
    return this.#queue.add(async () => {
      if (this.#drive.isRemovalPrevented()) return 'prevented';
      if (!options.unloads && this.holds) return 'held';
      await this.#remove();
      return undefined;
    });
  }

  /** Whether the robot of a library does not reach the cartridge; a cleaning cartridge comes out when it is done. */
  get holds(): boolean {
    return this.#drive.memory.loaded && !this.#drive.hasCleaned;
  }

  /** Whether the drive is to be cleaned (TapeAlert 20 or 21). A cleaning ends that. */
  get cleaningNeed(): CleaningNeed | undefined {
    return this.#drive.life.cleaningNeed;
  }

  set cleaningNeed(need: CleaningNeed | undefined) {
    this.#drive.life.cleaningNeed = need;
  }

  /** Resets the drive, as its bus would: settings are gone and the tape is at the beginning; nothing written is lost. */
  reset(): Promise<void> {
    return this.#queue.add(async () => resetDrive(this.#drive));
  }

  /**
   * Cuts the power for a moment: data in the buffer that is not on the medium is lost, and the tape is at the
   * beginning.
   */
  cutPower(): Promise<void> {
    return this.#queue.add(() => cutPower(this.#drive));
  }

  /** A nexus was created or lost: it gets the power-on unit attention, and its prevention of removal ends. */
  async nexusLost(nexus: Nexus): Promise<void> {
    requireNonEmptyText('nexus', nexus);
    return this.#queue.add(async () => this.#drive.loseNexus(nexus));
  }

  /** Queues a unit attention for the next command of a nexus. */
  async tell(nexus: Nexus, attention: Attention): Promise<void> {
    requireAttention(nexus, attention);
    return this.#queue.add(async () => this.#drive.attentions.raiseFor(nexus, attention));
  }

  /**
   * Sets a key from the library's side, as an automation controller does (ADC), or takes it away; for a drive whose keys
   * are set `byLibrary`. `key` has 32 bytes and is copied.
   */
  async setLibraryKey(key: Uint8Array | undefined, keyId = ''): Promise<void> {
    requireLibraryKey(key, keyId);
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

  /** Completes the calls made before it, and keeps the state for the next `open`. A second call does nothing more. */
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
    const subject = {
      reset: () => resetDrive(this.#drive),
      cutPower: () => cutPower(this.#drive),
      loseBuffer: () => loseBuffer(this.#drive),
      serve: (request: Request) => this.#serve(request),
    };
    const result = await runWithFault(fault, subject, { cdb, dataOut, into, nexus, abortTasks }, signal);
    if (fault !== undefined && 'sense' in fault.outcome) noteCondition(this.#drive, fault.outcome.sense, cdb);
    return executionOf(result, { into, allocationLength }, length);
  }

  async #serve(request: Request): Promise<CommandResult> {
    const { memory } = this.#drive;
    const wasLoaded = memory.loaded;
    const answer = await serve(this.#drive, this.#traits, request);
    await this.#drive.pace?.settle();
    if (memory.loaded !== wasLoaded) await this.#save(false);
    return answer;
  }

  async #byHand(work: () => Promise<void>): Promise<void> {
    if (this.#drive.bay !== undefined) throw inLibrary(this.folder, 'change the cartridge');
    await work();
  }

  async #insert(cartridge: string | CartridgeOptions): Promise<void> {
    const { memory, identity } = this.#drive;
    if (this.#drive.cartridge !== undefined) {
      throw new DriveBusyError(`the cartridge ${memory.cartridge} is in the drive`, { device: this.#device });
    }
    const medium = typeof cartridge === 'string' ? undefined : mediumFacts(cartridge, identity.generation);
    if (medium !== undefined) await Cartridge.create(this.folder, medium);
    const name = medium?.barcode ?? requireName(String(cartridge));
    this.#drive.cartridge = await Cartridge.open(this.#drive.bay?.folder ?? this.folder, name);
    memory.cartridge = name;
    await this.#drive.load();
    // Where a library has its cartridges is in its own record.
    await this.#save(false).catch((error) => (this.#drive.bay ? unlessFull(error) : Promise.reject(error)));
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
