import { DriveClosedError, IllegalRequestError, type LtoError, MediumChangedError } from '../errors/index.js';
import { isSystemError } from '../errors/system-error.js';
import type { ScsiReply, ScsiRequest } from '../scsi/wire/command.js';
import type { CallOptions, ScsiTransport } from '../transport/scsi-transport.js';
import { changeOf, type DeviceChange, isUnitAttention } from './change.js';
import { logged } from './command-log.js';
import { replyError, replyOutcome, type SenseRule } from './sense-errors.js';
import { fromSystemError } from './system-errors.js';

/** Unit attentions that a device reports one after the other, at most. */
const MAX_UNIT_ATTENTIONS = 8;

/** Commands after which settings may be others than were read. */
const CHANGES_SETTINGS = /^MODE SELECT/;

export interface DeviceOptions {
  /** Vendor identification of INQUIRY, where it is known: whose sense codes these are. */
  readonly vendor?: string | undefined;
  /** Milliseconds for a command; by default, what its builder gave it. */
  readonly timeoutMs?: ((command: ScsiRequest) => number) | undefined;
  /** What sense means on a device of this type; asked before the rules that hold for all. */
  readonly senseRules?: readonly SenseRule[] | undefined;
}

export interface CommandOptions extends CallOptions {
  /** Rejects with MediumChangedError, with the command not carried out, unless `mediumEpoch` is still this. */
  readonly mediumEpoch?: number | undefined;
  /** Milliseconds after which the command is given up, for this one only. */
  readonly timeoutMs?: number | undefined;
}

/** What a device made of a command. */
export interface CommandResult {
  readonly reply: ScsiReply;
  /** What the reply stands for; undefined when the command was carried out. */
  readonly error: LtoError | undefined;
}

/**
 * One SCSI device of any type on a transport: a tape drive, a medium changer. Replies become typed errors, as values until
 * somebody throws them; unit attentions are counted and passed on, and the command that met one is sent again.
 *
 * `execute` gives result and error; `query` throws the error; `queryIfSupported` and `dataIfSupported` are undefined for
 * what the device does not know. All of them reject with a typed error when the command did not get to the device.
 */
export class ScsiDevice {
  readonly #transport: ScsiTransport;
  readonly #options: DeviceOptions;
  readonly #listeners = new Set<(change: DeviceChange) => void>();
  #mediumEpoch = 0;
  #stateChanges = 0;
  #closed = false;

  constructor(transport: ScsiTransport, options: DeviceOptions = {}) {
    this.#transport = transport;
    this.#options = options;
  }

  /** The device as it was named when it was opened. */
  get device(): string {
    return this.#transport.device;
  }

  get vendor(): string | undefined {
    return this.#options.vendor;
  }

  /** Counts the changes after which nothing holds that was known of the medium, the position or the settings. */
  get mediumEpoch(): number {
    return this.#mediumEpoch;
  }

  /** Counts all changes, those of the settings too. After a change of this count, what was read may be void. */
  get stateChanges(): number {
    return this.#stateChanges;
  }

  /** Calls `listener` for each change, in the order of the calls to `onChange`; returns what ends that. */
  onChange(listener: (change: DeviceChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Counts a change that a unit attention told of, or that was found out otherwise, and passes it on. */
  noteChange(change: DeviceChange): void {
    this.#stateChanges += 1;
    if (change.extent === 'everything') this.#mediumEpoch += 1;
    for (const listener of this.#listeners) listener(change);
  }

  /**
   * Sends a command, and again while the device answers with a unit attention, which it does instead of carrying the
   * command out. Rejects only when the command did not get to the device.
   */
  async execute(command: ScsiRequest, options?: CommandOptions): Promise<CommandResult> {
    for (let sent = 1; ; sent += 1) {
      this.#requireSame(options?.mediumEpoch, command.name);
      const result = await this.executeOnce(command, options);
      if (!isUnitAttention(result.error?.sense) || sent === MAX_UNIT_ATTENTIONS) return result;
    }
  }

  /** As `execute`, with a unit attention as the result, which is counted all the same. */
  async executeOnce(command: ScsiRequest, options?: CommandOptions): Promise<CommandResult> {
    const reply = await this.#send(command, options);
    const { vendor, senseRules: rules } = this.#options;
    const error = replyError(reply, command, { device: this.#transport.queryDevice, vendor, rules });
    if (error !== undefined && isUnitAttention(error.sense)) this.noteChange(changeOf(error));
    else if (error?.sense?.deferred)
      this.noteChange({ extent: 'buffer', why: 'the drive lost what was buffered', error });
    if (error === undefined && CHANGES_SETTINGS.test(command.name)) this.#stateChanges += 1;
    return { reply, error };
  }

  /** As `execute`; rejects with a typed error for every other end but success. */
  async query(command: ScsiRequest, options?: CommandOptions): Promise<ScsiReply> {
    const { reply, error } = await this.execute(command, options);
    if (error) throw error;
    return reply;
  }

  /** As `query`, but undefined where the device does not know the command, the page or the field. */
  async queryIfSupported(command: ScsiRequest, options?: CommandOptions): Promise<ScsiReply | undefined> {
    const { reply, error } = await this.execute(command, options);
    if (error instanceof IllegalRequestError) return undefined;
    if (error) throw error;
    return reply;
  }

  /** Data in of a query; undefined where the device does not support it. */
  async dataIfSupported(command: ScsiRequest, options?: CommandOptions): Promise<Uint8Array | undefined> {
    const reply = await this.queryIfSupported(command, options);
    // Some devices, and mhvtl, answer GOOD with nothing to what they do not support.
    return reply === undefined || reply.data.length === 0 ? undefined : reply.data;
  }

  /** Throws DriveClosedError once `close` was called. */
  requireOpen(operation: string): void {
    if (this.#closed) throw driveClosed(this.device, operation);
  }

  /** A second call resolves at once. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.beforeClose();
    await this.#transport.close().catch((error: unknown) => {
      throw fromSystemError(error, { device: this.device, operation: 'close' });
    });
  }

  /** What a device of some type does last, with no command of others any more. */
  protected async beforeClose(): Promise<void> {}

  #requireSame(mediumEpoch: number | undefined, operation: string): void {
    if (mediumEpoch === undefined || mediumEpoch === this.#mediumEpoch) return;
    throw new MediumChangedError('the cartridge may have been changed since it was identified', {
      device: this.device,
      operation,
      next: 'Identify it again',
    });
  }

  async #send(command: ScsiRequest, options?: CommandOptions): Promise<ScsiReply> {
    this.requireOpen(command.name);
    const timeoutMs = options?.timeoutMs ?? this.#options.timeoutMs?.(command) ?? command.timeoutMs;
    const timed = { ...command, timeoutMs };
    const described = { device: this.#transport.queryDevice, operation: command.name, cdb: command.cdb };
    try {
      return await logged(described, () => this.#transport.scsi(timed, options), replyOutcome);
    } catch (error) {
      const { device, operation } = described;
      throw fromSystemError(abortReason(error, options), { device, operation });
    }
  }
}

export function driveClosed(device: string, operation: string): DriveClosedError {
  return new DriveClosedError('the drive was closed', { device, operation, next: 'Open it again' });
}

/** A call that its signal took out of the queue has failed for the caller's own reason. */
export function abortReason(error: unknown, { signal }: CallOptions = {}): unknown {
  return signal?.aborted && isSystemError(error) && error.code === 'ECANCELED' ? signal.reason : error;
}
