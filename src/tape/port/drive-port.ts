import type { CallOptions } from '../../arguments/options.js';
import type { DeviceChange } from '../../device/change.js';
import { logged } from '../../device/command-log.js';
import { LeaseQueue } from '../../device/lease.js';
import { abortReason, type CommandOptions, type CommandResult, ScsiDevice } from '../../device/scsi-device.js';
import { type CallFailure, callError, callFailure, fromSystemError } from '../../device/system-errors.js';
import {
  type LtoError,
  type LtoErrorDetails,
  MediumError,
  PositionLostError,
  PositionMismatchError,
  type SafeExtent,
  WriteError,
} from '../../errors/index.js';
import { testUnitReady } from '../../scsi/commands/primary.js';
import type { ScsiRequest } from '../../scsi/wire/command.js';
import { isCommandName } from '../../scsi/wire/opcodes.js';
import { timeoutMs } from '../../scsi/wire/timeouts.js';
import { MtOperation, type MtOperationName } from '../../transport/mtio.js';
import type { Transport } from '../../transport/transport.js';
import { DriveMemory } from '../stream/memory/drive-memory.js';
import type { BufferingUser } from './buffering-user.js';
import type { DriveModel } from './drive-model.js';
import { DriverPosition } from './driver-position.js';
import { PathLimit } from './path-limit.js';
import { isPlainQuery } from './plain-queries.js';
import { decodeMtStatus, type TapeStatus } from './tape-status.js';
import type { TransferGuard } from './transfer-guard.js';
import { type WriteEffect, WriteGate, writesOnTape } from './write-gate.js';

/** Operations after which driver and library know the position. */
const FINDS_POSITION: ReadonlySet<MtOperationName> = new Set(['MTREW', 'MTOFFL', 'MTRETEN', 'MTLOAD', 'MTUNLOAD']);

/** Operations after which the drive may hold another cartridge, or the same one without its key. */
const MOVES_CARTRIDGE: ReadonlySet<MtOperationName> = new Set(['MTOFFL', 'MTLOAD', 'MTUNLOAD']);

/** What is safe of a file whose end nobody knows. */
export const NOTHING_CERTAIN: SafeExtent = { records: 0, bytes: 0, filemark: false };

const POSITION_LOST = 'the drive was reset, or the position was lost for another reason';

/**
 * A tape drive: a SCSI device, and what its driver adds. Motion goes through `mt`, so that the driver always knows the
 * position; nothing is written while the position is lost, without permission for the cartridge (`WriteGate`), or against
 * a guard of the floors above.
 */
export class DrivePort extends ScsiDevice {
  readonly transport: Transport;
  /** Undefined if it was not read. */
  readonly model: DriveModel | undefined;
  /** Decides who may move the tape. A permission to write is not passed to the next user. */
  readonly lease: LeaseQueue = new LeaseQueue(this, (by) => this.#changeUser(by));
  /** The user with files in the drive's buffer that are not yet proven to be on the medium. */
  buffering: BufferingUser | undefined;
  /** How much one transfer carries, as far as this handle knows. */
  readonly path: PathLimit;
  readonly memory: DriveMemory;
  /** The partition that a user of this handle went to last. A cartridge that was just loaded stands in partition 0. */
  partition = 0;
  readonly #gate: WriteGate;
  readonly #driver: DriverPosition;
  /** Counts what this handle did that was no plain query. */
  #doings = 0;
  #user: object | undefined;
  readonly #guards: TransferGuard[] = [];
  /** The drive was reset or its cartridge changed since the position was last established. */
  #positionLost: LtoError | undefined;

  constructor(transport: Transport, model?: DriveModel) {
    super(transport, {
      vendor: model?.vendor,
      timeoutMs: ({ name, timeoutMs: own }) =>
        isCommandName(name) ? timeoutMs(name, model?.generation, model?.timeouts) : own,
    });
    this.transport = transport;
    this.model = model;
    this.path = new PathLimit(transport.maxTransfer);
    this.memory = new DriveMemory(transport);
    this.#gate = new WriteGate(transport.device);
    this.#driver = new DriverPosition(transport);
    this.onChange((change) => this.#noticed(change));
  }

  #noticed({ extent, error }: DeviceChange): void {
    if (extent !== 'everything' && extent !== 'load') return;
    this.partition = 0;
    if (extent === 'everything' && error) this.#positionLost = error;
  }

  /**
   * Counts the changes that the drive reported, and all that this handle did that may have changed drive or cartridge;
   * undefined while somebody has the tape.
   */
  get allChanges(): number | undefined {
    return this.lease.isFree ? this.stateChanges + this.#doings : undefined;
  }

  /** Buffered files are brought to the medium before another user moves the tape. */
  async #changeUser(by: object | undefined): Promise<void> {
    this.#doings += 1;
    if (by !== undefined && by === this.#user) return;
    this.#user = by;
    if (this.buffering !== by) await this.buffering?.giveTape();
    this.#gate.close();
  }

  /** Adds a condition for transfers; conditions are checked in the order they were added. */
  addGuard(guard: TransferGuard): void {
    this.#guards.push(guard);
  }

  override async executeOnce(command: ScsiRequest, options?: CommandOptions): Promise<CommandResult> {
    this.#gate.passCommand(command.name, this.mediumEpoch);
    if (!isPlainQuery(command.name)) this.#doings += 1;
    return super.executeOnce(command, options);
  }

  /** MTIOCTOP. Rejects with a typed error that names the operation and count. */
  async mt(name: MtOperationName, count = 1, options?: CallOptions): Promise<void> {
    this.#doings += 1;
    const operation = `${name} ${count}`;
    this.requireOpen(operation);
    if (writesOnTape(name, count)) this.requirePosition(operation);
    this.#gate.passOperation(name, count, this.mediumEpoch);
    if (this.#positionLost !== undefined) await this.#driver.wake();
    try {
      await logged({ device: this.device, operation }, () => this.transport.mt(MtOperation[name], count, options));
    } catch (error) {
      throw await this.diagnoseError(abortReason(error, options), { device: this.device, operation });
    }
    if (FINDS_POSITION.has(name)) this.#positionLost = undefined;
    if (MOVES_CARTRIDGE.has(name)) this.noteChange({ extent: 'load', why: 'the cartridge was loaded or unloaded' });
  }

  async status(options?: CallOptions): Promise<TapeStatus> {
    this.requireOpen('MTIOCGET');
    const mt = await this.transport.status(options).catch((error: unknown) => {
      throw fromSystemError(abortReason(error, options), { device: this.device, operation: 'MTIOCGET' });
    });
    const status = decodeMtStatus(mt);
    return this.#positionLost ? { ...status, fileNumber: undefined, blockNumber: undefined } : status;
  }

  /** Throws PositionLostError or MediumChangedError while the position is unknown. */
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
   * As `requirePosition`, after a command through the driver; resolves with the logical object number it returns,
   * undefined for a drive that never does. Rejects if the command fails on one that did. If another program consumed the
   * unit attention of a reset, `st` notices the reset only at its next command, which is carried out at whatever
   * position the tape then has: on Linux 7.2, that command can be the WRITE at the beginning of the tape.
   */
  async confirmPosition(operation: string): Promise<number | undefined> {
    this.requirePosition(operation);
    const logicalObject = await this.#driver.tell().catch(async (error: unknown) => {
      // `st` keeps the sense to itself: it may be a deferred error of what was written before.
      if (this.#driver.isTold) throw await this.diagnoseError(error, { device: this.device, operation });
      return undefined;
    });
    if (!(await this.#driver.isKnown())) throw this.losePosition({ device: this.device, operation });
    return logicalObject;
  }

  /** Permits the current user to write from the current position. Called by `permitWriting` alone. */
  grantWriting(effect: WriteEffect): void {
    this.#gate.grant(effect, this.mediumEpoch);
  }

  /**
   * As `requirePosition`, for writing: also throws MediumChangedError if the permission to write was for another
   * cartridge, and the errors of the guards.
   */
  requireWriting(operation: string): void {
    this.requirePosition(operation);
    this.#gate.requireHere(operation, this.mediumEpoch);
    this.requireGuards(operation);
  }

  /** Throws the error of a guard that forbids writing. */
  requireGuards(operation: string): void {
    for (const guard of this.#guards) guard.requireWriting?.(operation);
  }

  /**
   * As `confirmPosition`, with the driver's numbers, for a drive that tells its position. Rejects also when the command
   * fails: `st` then keeps the sense to itself, and it may be a deferred error.
   */
  async askPosition(operation: string): Promise<TapeStatus & { readonly logicalObject: number }> {
    this.requirePosition(operation);
    const logicalObject = await this.#driver.tell().catch(async (error: unknown) => {
      throw await this.diagnoseError(error, { device: this.device, operation });
    });
    const status = await this.status();
    // It has forgotten its numbers when it does not know the position.
    if (status.fileNumber === undefined) throw this.losePosition({ device: this.device, operation });
    return { ...status, logicalObject };
  }

  /** As `confirmPosition`, for writing: the guards ask the drive as well. */
  async confirmWriting(operation: string): Promise<void> {
    await this.confirmPosition(operation);
    await this.confirmGuards(operation);
  }

  async confirmGuards(operation: string): Promise<void> {
    for (const guard of this.#guards) await guard.confirmWriting?.(operation);
  }

  /**
   * Invalidates everything known about cartridge, position, settings and keys, for the reason `why`; returns the error
   * for it.
   */
  losePosition(details: LtoErrorDetails, why = POSITION_LOST): PositionLostError {
    const error = new PositionLostError(why, {
      ...details,
      next: 'Rewind first, and identify the cartridge before writing',
    });
    this.noteChange({ extent: 'everything', why });
    this.#positionLost = error;
    return error;
  }

  /** The typed error for a rejected call on the tape node; any other error is returned unchanged. */
  async diagnoseError(error: unknown, details: LtoErrorDetails): Promise<unknown> {
    const failure = callFailure(error);
    return failure ? this.diagnose(failure, details) : error;
  }

  /**
   * The typed error for a failed system call on the tape node. `st` returns EIO for many reasons: the drive itself is
   * asked which one it is.
   */
  async diagnose(failure: CallFailure, details: LtoErrorDetails): Promise<unknown> {
    const { code, cause } = failure;
    if (code !== 'EIO') return this.#noteMoved(callError(failure, details));
    const known = { ...details, errno: code, cause };
    const notReady = await this.execute(testUnitReady()).then(
      ({ error }) => error,
      (reason: unknown) => reason,
    );
    if (notReady !== undefined) return notReady;
    if (this.#positionLost !== undefined || !(await this.#driver.isKnown())) return this.losePosition(known);
    for (const guard of this.#guards) {
      const problem = await guard.explain?.(known);
      if (problem !== undefined) return problem;
    }
    return new MediumError('the drive reported an error on the medium or the path to it', {
      ...known,
      next: 'Look at the kernel log for the sense and at `lto health` for what the drive says; try another cartridge if it happens again',
    });
  }

  #noteMoved(error: LtoError): LtoError {
    if (!(error instanceof PositionMismatchError)) return error;
    this.noteChange({ extent: 'everything', why: 'another program moved the tape' });
    this.#positionLost = error;
    return error;
  }

  /** Makes the driver look at the cartridge again. */
  async reopen(): Promise<void> {
    this.noteChange({ extent: 'everything', why: 'the drive was opened again' });
    await this.transport.reopen().catch((error: unknown) => {
      throw fromSystemError(error, { device: this.device, operation: 'open' });
    });
  }

  protected override async beforeClose(): Promise<void> {
    await this.#driver.wake();
  }

  /** The transport rejects only where `st` could not end what was written. */
  protected override closeError(error: unknown): unknown {
    const failure = callFailure(error);
    if (failure === undefined) return error;
    return new WriteError(
      'no filemark could be written behind the last file: of its records none is certainly on tape, files with a receipt are',
      {
        device: this.device,
        operation: 'close',
        errno: failure.code,
        cause: error,
        safe: NOTHING_CERTAIN,
        next: 'Write the last file again, as a new file',
      },
    );
  }
}
