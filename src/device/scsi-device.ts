import type { CallOptions } from '../arguments/options.js';
import { DriveClosedError, IllegalRequestError, type LtoError, MediumChangedError } from '../errors/index.js';
import { isSystemError } from '../errors/system-error.js';
import type { ScsiReply, ScsiRequest } from '../scsi/wire/command.js';
import type { ScsiTransport } from '../transport/scsi-transport.js';
import { changeOf, type DeviceChange, isUnitAttention } from './change.js';
import { logged } from './command-log.js';
import type { DeviceNoun } from './noun.js';
import { replyError, replyOutcome, type SenseRule } from './sense-errors.js';
import { fromSystemError } from './system-errors.js';
import { ifWellFormed } from './well-formed.js';

/** The most unit attentions that a device reports in a row. */
const MAX_UNIT_ATTENTIONS = 8;

/** Commands that may change settings. */
const CHANGES_SETTINGS = /^MODE SELECT/;

export interface DeviceOptions {
  /** Vendor identification of INQUIRY, if known: selects the vendor's sense codes. */
  readonly vendor?: string | undefined;
  /** Timeout of a command in milliseconds; default: that of its builder. */
  readonly timeoutMs?: ((command: ScsiRequest) => number) | undefined;
  /** Meaning of sense data on this type of device; takes precedence over the general rules. */
  readonly noun?: DeviceNoun | undefined;
  readonly senseRules?: readonly SenseRule[] | undefined;
}

export interface CommandOptions extends CallOptions {
  /** Rejects with MediumChangedError, without sending the command, if `mediumEpoch` has another value by then. */
  readonly mediumEpoch?: number | undefined;
  /** Timeout of this command in milliseconds. */
  readonly timeoutMs?: number | undefined;
}

/** The outcome of a command. */
export interface CommandResult {
  readonly reply: ScsiReply;
  /** The typed error of the reply; undefined if the command was carried out. */
  readonly error: LtoError | undefined;
}

/**
 * One SCSI device of any type on a transport: a tape drive, a medium changer. Failures are typed errors, returned as
 * values until a caller throws them. Unit attentions are counted and passed to the listeners, and the command is sent
 * again.
 *
 * `execute` resolves with result and error; `query` rejects with the error; `queryIfSupported`, `dataIfSupported` and
 * `told` resolve with undefined if the device does not support the command. All reject with a typed error if the command does
 * not reach the device.
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

  /** The device as named when it was opened. */
  get device(): string {
    return this.#transport.device;
  }

  /** How messages name the device. */
  get noun(): DeviceNoun {
    return this.#options.noun ?? 'drive';
  }

  get vendor(): string | undefined {
    return this.#options.vendor;
  }

  /** Counts the changes that invalidate everything known about medium, position and settings. */
  get mediumEpoch(): number {
    return this.#mediumEpoch;
  }

  /** Counts all changes, including those of settings. If it has changed, values read before may be out of date. */
  get stateChanges(): number {
    return this.#stateChanges;
  }

  /** Calls `listener` for each change, in the order of registration. Returns a function that removes the listener. */
  onChange(listener: (change: DeviceChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Counts a change, reported by a unit attention or detected otherwise, and passes it to the listeners. */
  noteChange(change: DeviceChange): void {
    this.#stateChanges += 1;
    if (change.extent === 'everything' || change.extent === 'load') this.#mediumEpoch += 1;
    for (const listener of this.#listeners) listener(change);
  }

  /**
   * Sends a command, and sends it again while the device reports unit attentions instead of carrying it out. Rejects
   * only if the command does not reach the device.
   */
  async execute(command: ScsiRequest, options?: CommandOptions): Promise<CommandResult> {
    for (let sent = 1; ; sent += 1) {
      this.#requireSame(options?.mediumEpoch, command.name);
      const result = await this.executeOnce(command, options);
      if (!isUnitAttention(result.error?.sense) || sent === MAX_UNIT_ATTENTIONS) return result;
    }
  }

  /** As `execute`, but a unit attention is counted and returned as the result. */
  async executeOnce(command: ScsiRequest, options?: CommandOptions): Promise<CommandResult> {
    const reply = await this.#send(command, options);
    const { vendor, noun, senseRules: rules } = this.#options;
    const error = replyError(reply, command, { device: this.#transport.queryDevice, vendor, noun, rules });
    if (error !== undefined && isUnitAttention(error.sense)) this.noteChange(changeOf(error));
    else if (error?.sense?.deferred)
      this.noteChange({ extent: 'buffer', why: 'the drive lost what was buffered', error });
    if (error === undefined && CHANGES_SETTINGS.test(command.name)) this.#stateChanges += 1;
    return { reply, error };
  }

  /** As `execute`, but rejects with the typed error if the command fails. */
  async query(command: ScsiRequest, options?: CommandOptions): Promise<ScsiReply> {
    const { reply, error } = await this.execute(command, options);
    if (error) throw error;
    return reply;
  }

  /** As `query`, but resolves with undefined if the device does not support the command, the page or the field. */
  async queryIfSupported(command: ScsiRequest, options?: CommandOptions): Promise<ScsiReply | undefined> {
    const { reply, error } = await this.execute(command, options);
    if (error instanceof IllegalRequestError) return undefined;
    if (error) throw error;
    return reply;
  }

  /** Data in of a query; undefined if the device does not support it. */
  async dataIfSupported(command: ScsiRequest, options?: CommandOptions): Promise<Uint8Array | undefined> {
    const reply = await this.queryIfSupported(command, options);
    // Some devices, and mhvtl, answer GOOD without data to what they do not support.
    return reply === undefined || reply.data.length === 0 ? undefined : reply.data;
  }

  /** What the data of a query tell; undefined also if they violate the standard. */
  async told<T>(
    command: ScsiRequest,
    decode: (data: Uint8Array) => T,
    options?: CommandOptions,
  ): Promise<T | undefined> {
    const data = await this.dataIfSupported(command, options);
    return data && ifWellFormed(() => decode(data));
  }

  /** Throws DriveClosedError after `close`. */
  requireOpen(operation: string): void {
    if (this.#closed) throw deviceClosed(this, operation);
  }

  /** Closes the device. A second call resolves at once. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.beforeClose();
    await this.#transport.close().catch((error: unknown) => {
      throw this.closeError(error);
    });
  }

  /** The error for a transport that rejected its `close()`. */
  protected closeError(error: unknown): unknown {
    return fromSystemError(error, { device: this.device, operation: 'close' }, this.noun);
  }

  /** Last steps of a type of device, after all other commands. */
  protected async beforeClose(): Promise<void> {}

  #requireSame(mediumEpoch: number | undefined, operation: string): void {
    if (mediumEpoch === undefined || mediumEpoch === this.#mediumEpoch) return;
    throw new MediumChangedError('the cartridge may have been changed since it was identified', {
      device: this.device,
      operation,
      next: 'Identify it again',
    });
  }

  /** With the timeout of this device. */
  timed(command: ScsiRequest, timeoutMs = this.#options.timeoutMs?.(command) ?? command.timeoutMs): ScsiRequest {
    return { ...command, timeoutMs };
  }

  async #send(command: ScsiRequest, options?: CommandOptions): Promise<ScsiReply> {
    this.requireOpen(command.name);
    const timed = this.timed(command, options?.timeoutMs);
    const described = { device: this.#transport.queryDevice, operation: command.name, cdb: command.cdb };
    try {
      return await logged(described, () => this.#transport.scsi(timed, options), replyOutcome);
    } catch (error) {
      const { device, operation } = described;
      throw fromSystemError(abortReason(error, options), { device, operation }, this.noun);
    }
  }
}

export function deviceClosed({ device, noun }: ScsiDevice, operation: string): DriveClosedError {
  return new DriveClosedError(`the ${noun} was closed`, { device, operation, next: 'Open it again' });
}

/** The reason of the signal, for a call that its signal took out of the queue; otherwise the error itself. */
export function abortReason(error: unknown, { signal }: CallOptions = {}): unknown {
  return signal?.aborted && isSystemError(error) && error.code === 'ECANCELED' ? signal.reason : error;
}
