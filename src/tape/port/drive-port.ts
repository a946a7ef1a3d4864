import { logged } from '../../device/command-log.js';
import { replyError, replyOutcome } from '../../device/sense-errors.js';
import { fromSystemError } from '../../device/system-errors.js';
import {
  DriveBusyError,
  DriveClosedError,
  IllegalRequestError,
  type LtoError,
  type LtoErrorDetails,
  MediumChangedError,
  MediumError,
  NotReadyError,
  PositionLostError,
  PositionMismatchError,
  type SenseData,
} from '../../errors/index.js';
import { isSystemError } from '../../errors/system-error.js';
import { testUnitReady } from '../../scsi/commands/primary.js';
import { timeoutMs } from '../../scsi/commands/timeouts.js';
import type { ScsiCommand, ScsiReply } from '../../scsi/wire/command.js';
import { MtOperation, type MtOperationName } from '../../transport/mtio.js';
import type { CallOptions, Transport } from '../../transport/transport.js';
import { confirmEncryption, keyProblem } from '../encryption/confirm.js';
import { EncryptionSession } from '../encryption/session.js';
import { protectionProblem } from '../motion/write-permission.js';
import { Allocation } from './allocation.js';
import type { DriveModel } from './drive-model.js';
import { PathLimit } from './path-limit.js';
import { decodeMtStatus, type TapeStatus } from './tape-status.js';
import { type WriteEffect, WriteGate, writesOnTape } from './write-gate.js';

/** Operations after which the driver and we know where the tape stands. */
const FINDS_POSITION: ReadonlySet<MtOperationName> = new Set(['MTREW', 'MTOFFL', 'MTRETEN', 'MTLOAD', 'MTUNLOAD']);

/** Operations after which another cartridge may be in the drive, or the same one without the key that it was read with. */
const MOVES_CARTRIDGE: ReadonlySet<MtOperationName> = new Set(['MTOFFL', 'MTLOAD', 'MTUNLOAD']);

/** Commands after which settings may be others than were read. */
const CHANGES_SETTINGS = /^MODE SELECT/;

/** Unit attentions that are reported one after the other, at most. */
const MAX_UNIT_ATTENTIONS = 8;

/** The right to move the tape. */
export interface Lease {
  /** Resolves when all who came before have released it. */
  readonly turn: Promise<void>;
  readonly release: () => void;
}

export interface StreamLease extends Lease {
  /** Has `turn` resolve at once, whether it has come or not: nobody waits for it any more. */
  readonly giveUp: () => void;
  /** From here on others may wait for the release, instead of being refused. */
  readonly ending: () => void;
}

export interface QueryOptions extends CallOptions {
  /** Rejects with MediumChangedError, with the command not carried out, unless this is still the count. */
  readonly mediumChanges?: number | undefined;
}

/**
 * A transport with meaning: failures become typed errors, unit attentions are taken notice of, and motion belongs to
 * one user at a time.
 */
export class DrivePort {
  readonly transport: Transport;
  /** Undefined where nobody asked. */
  readonly model: DriveModel | undefined;
  /** What was asked of the drive's keys, and whether that holds. */
  readonly encryption = new EncryptionSession();
  /** What one transfer carries, as far as this handle has found out. */
  readonly path: PathLimit;
  /** The partition that a user of this handle went to last. A cartridge that was just loaded stands in partition 0. */
  partition = 0;
  /**
   * Counts the events after which nothing holds that was known of the cartridge, the position or the settings: unit
   * attentions 28h and 29h, a position that the driver lost, and loads of our own.
   */
  #mediumChanges = 0;
  /** Counts unit attentions, mode selects, loads, and all that `mediumChanges` counts. */
  #stateChanges = 0;
  readonly #gate: WriteGate;
  /** The drive was reset or its cartridge changed since the position was last established. */
  #positionLost: LtoError | undefined;
  /** The stream that is open, if one is. */
  #stream: string | undefined;
  #lastLease: Promise<void> = Promise.resolve();
  #closed = false;
  readonly #allocated = new WeakMap<ArrayBufferLike, Allocation>();

  constructor(transport: Transport, model?: DriveModel) {
    this.transport = transport;
    this.model = model;
    this.path = new PathLimit(transport.maxTransfer);
    this.#gate = new WriteGate(transport.device);
  }

  get device(): string {
    return this.transport.device;
  }

  get mediumChanges(): number {
    return this.#mediumChanges;
  }

  /** After a change of this count, what was read of the drive's settings may be void. */
  get stateChanges(): number {
    return this.#stateChanges;
  }

  /**
   * Sends a command that does not move the tape, and again while the drive answers with a unit attention, which it
   * does instead of carrying the command out. Rejects with a typed error for every other end but success.
   */
  async query(command: ScsiCommand, options?: QueryOptions): Promise<ScsiReply> {
    this.#gate.passCommand(command.name, this.#mediumChanges);
    let error: LtoError | undefined;
    for (let i = 0; i < MAX_UNIT_ATTENTIONS; i += 1) {
      this.#requireSame(options?.mediumChanges, command.name);
      const reply = await this.#send(command, options);
      error = replyError(reply, command, { device: this.transport.queryDevice, vendor: this.model?.vendor });
      if (error === undefined) {
        if (CHANGES_SETTINGS.test(command.name)) this.#stateChanges += 1;
        return reply;
      }
      if (error.sense?.key !== 0x6) throw error;
      this.#noteUnitAttention(error);
    }
    throw error ?? new NotReadyError('the drive is not ready', { device: this.device, operation: command.name });
  }

  #requireSame(mediumChanges: number | undefined, operation: string): void {
    if (mediumChanges === undefined || mediumChanges === this.mediumChanges) return;
    throw new MediumChangedError('the cartridge may have been changed since it was identified', {
      device: this.device,
      operation,
      next: 'Identify it again',
    });
  }

  /** Like `query`, but undefined where the drive does not know the command, the page or the field. */
  async queryIfSupported(command: ScsiCommand, options?: CallOptions): Promise<ScsiReply | undefined> {
    return this.query(command, options).catch((error: unknown) => {
      if (error instanceof IllegalRequestError) return undefined;
      throw error;
    });
  }

  async #send(command: ScsiCommand, options?: CallOptions): Promise<ScsiReply> {
    this.#requireOpen(command.name);
    const timed = { ...command, timeoutMs: timeoutMs(command.name, this.model?.generation, this.model?.timeouts) };
    return this.#log(command, () => this.transport.scsi(timed, options)).catch((error: unknown) => {
      throw fromSystemError(unlessAborted(error, options), {
        device: this.transport.queryDevice,
        operation: command.name,
      });
    });
  }

  #log({ name, cdb }: ScsiCommand, work: () => Promise<ScsiReply>): Promise<ScsiReply> {
    return logged({ device: this.transport.queryDevice, operation: name, cdb }, work, replyOutcome);
  }

  #noteUnitAttention(error: LtoError): void {
    const { sense } = error;
    this.#stateChanges += 1;
    if (sense && isEncryptionChange(sense)) this.encryption.invalidate('the drive said so', sense);
    const changed = error instanceof MediumChangedError && sense?.asc === 0x28;
    if (!changed && !(error instanceof PositionLostError)) return;
    this.noteChange(changed ? 'the cartridge may have been changed' : 'the drive was reset', sense);
    this.#positionLost = error;
  }

  /** Nothing holds any more that was known of cartridge, position, settings and keys. */
  noteChange(why: string, sense?: SenseData): void {
    this.#mediumChanges += 1;
    this.partition = 0;
    this.#stateChanges += 1;
    this.encryption.invalidate(why, sense);
  }

  /** MTIOCTOP. Rejects with a typed error that names the operation and count. */
  async mt(name: MtOperationName, count = 1, options?: CallOptions): Promise<void> {
    const operation = `${name} ${count}`;
    this.#requireOpen(operation);
    if (writesOnTape(name, count)) this.requirePosition(operation);
    this.#gate.passOperation(name, count, this.#mediumChanges);
    if (this.#positionLost !== undefined) await this.#tellDriver();
    try {
      await logged({ device: this.device, operation }, () => this.transport.mt(MtOperation[name], count, options));
    } catch (error) {
      throw await this.diagnose(unlessAborted(error, options), { device: this.device, operation });
    }
    if (FINDS_POSITION.has(name)) this.#positionLost = undefined;
    if (!MOVES_CARTRIDGE.has(name)) return;
    this.#stateChanges += 1;
    this.encryption.invalidate('the cartridge was loaded or unloaded');
  }

  async status(options?: CallOptions): Promise<TapeStatus> {
    this.#requireOpen('MTIOCGET');
    const mt = await this.transport.status(options).catch((error: unknown) => {
      throw fromSystemError(unlessAborted(error, options), { device: this.device, operation: 'MTIOCGET' });
    });
    const status = decodeMtStatus(mt);
    return this.#positionLost ? { ...status, fileNumber: undefined, blockNumber: undefined } : status;
  }

  /** Throws PositionLostError or MediumChangedError while nobody knows where the tape stands. */
  requirePosition(operation: string): void {
    if (this.#positionLost === undefined) return;
    throw new PositionLostError(
      'the drive was reset, its cartridge changed or its tape moved, since the position was last known',
      {
        device: this.device,
        operation,
        sense: this.#positionLost.sense,
        next: 'Rewind first, and identify the cartridge before writing',
      },
    );
  }

  /**
   * As `requirePosition`, with a command through the driver first. A reset whose unit attention went to another program
   * is noticed by `st` at its next command only, which is carried out wherever the tape then stands: seen on Linux 7.2,
   * where that command can be the WRITE at the beginning of the tape.
   */
  async confirmPosition(operation: string): Promise<void> {
    this.requirePosition(operation);
    await this.#tellDriver();
    if (!(await this.#driverKnowsPosition())) throw this.#losePosition({ device: this.device, operation });
  }

  /** Called by `permitWriting` alone: the user of the tape may write, from where it stands. */
  grantWriting(effect: WriteEffect): void {
    this.#gate.grant(effect, this.#mediumChanges);
  }

  /**
   * As `requirePosition`, for data: also throws EncryptionError while encryption is asked for and not proven, and
   * MediumChangedError when the permission to write was for another cartridge.
   */
  requireWriting(operation: string): void {
    this.requirePosition(operation);
    this.#gate.requireHere(operation, this.#mediumChanges);
    this.encryption.requireProven(this.device, operation);
  }

  /** As `confirmPosition`, for data: also asks the drive whether the key that was asked for is still set. */
  async confirmWriting(operation: string): Promise<void> {
    await this.confirmPosition(operation);
    await confirmEncryption(this, operation);
  }

  /** `st` refuses MTNOP, which moves nothing, while it does not know the position. Numbers of -1 follow any LOCATE. */
  #driverKnowsPosition(): Promise<boolean> {
    return this.transport.mt(MtOperation.MTNOP, 1).then(
      () => true,
      (error: unknown) => !isSystemError(error) || error.code !== 'EIO',
    );
  }

  #losePosition(details: LtoErrorDetails): PositionLostError {
    this.noteChange('the drive was reset, or the position was lost for another reason');
    const error = new PositionLostError('the drive was reset, or the position was lost for another reason', {
      ...details,
      next: 'Rewind first, and identify the cartridge before writing',
    });
    this.#positionLost = error;
    return error;
  }

  /**
   * The typed error for a system call that failed on the tape node. `st` says EIO for many things: the drive itself is
   * asked which one it is.
   */
  async diagnose(error: unknown, details: LtoErrorDetails): Promise<unknown> {
    if (!isSystemError(error) || error.code !== 'EIO') return this.#noteMoved(fromSystemError(error, details));
    const known = { ...details, errno: error.code, cause: error };
    const notReady = await this.query(testUnitReady()).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (notReady !== undefined) return notReady;
    if (this.#positionLost !== undefined || !(await this.#driverKnowsPosition())) return this.#losePosition(known);
    const problem = await keyProblem(this, known);
    if (problem !== undefined) return problem;
    const refusal = await protectionProblem(this, known);
    if (refusal !== undefined) return refusal;
    return new MediumError('the drive reported an error on the medium or the path to it', {
      ...known,
      next: 'Look at the kernel log for the sense and at `lto health` for what the drive says; try another cartridge if it comes back',
    });
  }

  #noteMoved(error: unknown): unknown {
    if (!(error instanceof PositionMismatchError)) return error;
    this.noteChange('another program moved the tape');
    this.#positionLost = error;
    return error;
  }

  /** Page-aligned memory, from which the drive is written without a copy. */
  allocate(byteLength: number): Uint8Array {
    const memory = this.transport.allocate(byteLength);
    this.#allocated.set(memory.buffer, new Allocation());
    return memory;
  }

  /** Whether memory came from `allocate`. */
  owns(memory: Uint8Array): boolean {
    return this.#allocated.has(memory.buffer);
  }

  /** Notes that a stream needs memory of `allocate` until it calls what is returned; `onWanted` when that is awaited. */
  hold(memory: Uint8Array, onWanted: () => void): () => void {
    return this.#allocated.get(memory.buffer)?.hold(onWanted) ?? (() => undefined);
  }

  /** Resolves when no stream needs memory of `allocate` any more. */
  async released(memory: Uint8Array): Promise<void> {
    await this.#allocated.get(memory.buffer)?.released();
  }

  /**
   * Makes the caller the only one who moves the tape, as soon as the lease's `turn` has come and until its `release`.
   * Throws DriveBusyError while a stream is open, since motion in the middle of one would put data where it does not
   * belong; motions wait for each other, and for a stream that is ending.
   */
  acquire(user: string): Lease {
    this.#requireOpen(user);
    const holder = this.#stream;
    if (holder !== undefined) {
      throw new DriveBusyError(`${holder} is under way on this drive`, {
        device: this.device,
        operation: user,
        next: 'Wait until it has ended, or destroy the stream',
      });
    }
    // What the user before was allowed to write is nothing to the next one.
    const turn = this.#lastLease.then(() => this.#gate.close());
    let release = () => {};
    this.#lastLease = new Promise((resolve) => {
      // One that was given up before its turn lets nobody overtake those who came before.
      release = () => void turn.then(resolve);
    });
    return { turn, release };
  }

  /** As `acquire`, for a stream: others are refused until it says that it is ending. */
  acquireStream(stream: string): StreamLease {
    const { turn, release } = this.acquire(stream);
    this.#stream = stream;
    const ending = () => {
      this.#stream = undefined;
    };
    let giveUp = () => {};
    const turnOrGivenUp = new Promise<void>((resolve) => {
      giveUp = resolve;
      void turn.then(resolve);
    });
    return { turn: turnOrGivenUp, release, giveUp, ending };
  }

  /** Runs `work` as the only user of the tape. */
  async exclusively<T>(user: string, work: () => Promise<T>): Promise<T> {
    const { turn, release } = this.acquire(user);
    try {
      await turn;
      return await work();
    } finally {
      release();
    }
  }

  /** Lets the driver look at the cartridge again. */
  async reopen(): Promise<void> {
    this.noteChange('the drive was opened again');
    await this.transport.reopen().catch((error: unknown) => {
      throw fromSystemError(error, { device: this.device, operation: 'open' });
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#tellDriver();
    await this.transport.close().catch(async (error: unknown) => {
      throw fromSystemError(error, { device: this.device, operation: 'close' });
    });
  }

  /**
   * `st` ends what it was writing with a filemark before it rewinds or closes, wherever the tape then stands, unless a
   * command of its own has met the reset or the other cartridge: seen on Linux 7.2, where the unit attention had gone to
   * a query and the filemark wiped the tape from its beginning.
   */
  async #tellDriver(): Promise<void> {
    await this.transport.tell().catch(() => undefined);
  }

  #requireOpen(operation: string): void {
    if (!this.#closed) return;
    throw new DriveClosedError('the drive was closed', { device: this.device, operation, next: 'Open it again' });
  }
}

/** Data encryption parameters changed by another host or by a vendor specific event, key instance counter changed. */
function isEncryptionChange({ asc, ascq }: SenseData): boolean {
  return asc === 0x2a && ascq >= 0x11 && ascq <= 0x13;
}

/** A call that its signal took out of the queue has failed for the caller's own reason. */
function unlessAborted(error: unknown, { signal }: CallOptions = {}): unknown {
  return signal?.aborted && isSystemError(error) && error.code === 'ECANCELED' ? signal.reason : error;
}
