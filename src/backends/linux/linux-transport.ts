import { constants } from 'node:fs';
import type * as Binding from '../../../binding.js';
import type { Crc32, Device, MtStatus, SlabPool } from '../../../binding.js';
import { loadAddon } from '../../addon/load-addon.js';
import type { CallOptions } from '../../arguments/options.js';
import { errnoName, FailureCode, isSystemError } from '../../errors/system-error.js';
import type { ScsiReply, ScsiRequest } from '../../scsi/wire/command.js';
import type {
  DriveSetting,
  NamedStop,
  ReadOutcome,
  RecordCallOptions,
  Transport,
  WriteOutcome,
} from '../../transport/transport.js';
import { closeNode, Unended } from '../st/unended.js';
import { Cancellation, openable, throwNamed } from './device-calls.js';

/** The nodes of one drive. */
export interface NativeNodes {
  /** The device as messages name it. */
  readonly device: string;
  /** Non-rewinding `st` node: data and motion. */
  readonly tapeNode: string;
  /** Its `sg` sibling: queries. Without one, queries go through the tape node, which needs CAP_SYS_RAWIO. */
  readonly queryNode?: string | undefined;
  /** Bytes that one transfer is known to carry. */
  readonly maxTransfer: number;
  readonly readOnly?: boolean | undefined;
}

/**
 * Transport of a real drive through the addon: one thread for the tape node and one for its `sg` sibling, so a query
 * never waits for a record.
 */
export class NativeTransport implements Transport {
  readonly device: string;
  readonly queryDevice: string;
  readonly maxTransfer: number;
  readonly #addon: typeof Binding;
  readonly #nodes: NativeNodes;
  readonly #query: Device | undefined;
  #tape: Device;
  readonly #cancellation = new Cancellation();
  readonly #unended = new Unended();
  /** What is sent if the process ends. */
  readonly #atExit = new Map<DriveSetting, ScsiRequest>();

  private constructor(addon: typeof Binding, nodes: NativeNodes) {
    this.device = nodes.device;
    this.queryDevice = nodes.queryNode ?? nodes.tapeNode;
    this.maxTransfer = nodes.maxTransfer;
    this.#addon = addon;
    this.#nodes = nodes;
    this.#query = nodes.queryNode === undefined ? undefined : openable(addon, nodes.queryNode);
    this.#tape = openable(addon, nodes.tapeNode);
  }

  /**
   * Opens the query node, calls `verify` to check the device behind it, and only then opens the tape node, because
   * opening an `st` node already sends commands. Throws AddonUnavailableError; rejects with the error of open(2) or of
   * `verify`.
   */
  static async open(nodes: NativeNodes, verify: (transport: Transport) => Promise<void>): Promise<NativeTransport> {
    const transport = new NativeTransport(loadAddon(), nodes);
    try {
      if (transport.#query) await transport.#query.open(constants.O_RDWR | constants.O_NONBLOCK).catch(throwNamed);
      else await transport.#openTape();
      await verify(transport);
      if (transport.#query) await transport.#openTape();
      return transport;
    } catch (error) {
      await transport.close().catch(() => undefined);
      throw error;
    }
  }

  async #openTape(): Promise<void> {
    // O_NONBLOCK: without it `st` waits up to 120 s for a cartridge. Reads and writes block in either case.
    const access = this.#nodes.readOnly ? constants.O_RDONLY : constants.O_RDWR;
    try {
      await this.#tape.open(access | constants.O_NONBLOCK).catch(throwNamed);
    } catch (error) {
      // `st` refuses to open a write-protected cartridge for writing; it can still be read.
      if (!isSystemError(error) || error.code !== 'EROFS') throw error;
      await this.#tape.open(constants.O_RDONLY | constants.O_NONBLOCK).catch(throwNamed);
    }
  }

  async reopen(): Promise<void> {
    // A node that is closed sends its own.
    if (!this.#query)
      for (const setting of this.#atExit.keys()) await this.#tape.clearLastCommand(setting).catch(throwNamed);
    await this.#closeTape();
    this.#tape = openable(this.#addon, this.#nodes.tapeNode);
    await this.#openTape();
    // They stop the records of the node that is open now.
    for (const [setting, command] of this.#atExit) await this.#setLastCommand(setting, command);
  }

  scsi(command: ScsiRequest, options?: CallOptions): Promise<ScsiReply> {
    const device = this.#query ?? this.#tape;
    const data = command.direction === 'out' ? command.dataOut : command.allocationLength;
    return this.#cancellation.run(device, options, (token) =>
      device.scsi(command.cdb, command.direction, data, command.timeoutMs, token),
    );
  }

  async atExit(setting: DriveSetting, command: ScsiRequest | undefined): Promise<void> {
    if (command?.direction === 'out') {
      await this.#setLastCommand(setting, command);
      this.#atExit.set(setting, command);
    } else {
      await (this.#query ?? this.#tape).clearLastCommand(setting).catch(throwNamed);
      this.#atExit.delete(setting);
    }
  }

  async #setLastCommand(setting: DriveSetting, { cdb, dataOut, timeoutMs }: ScsiRequest): Promise<void> {
    const device = this.#query ?? this.#tape;
    await device.setLastCommand(setting, cdb, dataOut, timeoutMs, this.#tape).catch(throwNamed);
  }

  mt(operation: number, count: number, options?: CallOptions): Promise<void> {
    return this.#onTape(options, async (tape, token) => {
      let failed = true;
      try {
        await tape.mtOp(operation, count, token);
        failed = false;
      } finally {
        this.#unended.operated(operation, failed);
      }
    });
  }

  status(options?: CallOptions): Promise<MtStatus> {
    return this.#onTape(options, (tape, token) => tape.mtGet(token));
  }

  tell(options?: CallOptions): Promise<number> {
    return this.#onTape(options, (tape, token) => tape.mtPos(token));
  }

  writeRecords(
    memory: Uint8Array | readonly Uint8Array[],
    recordSize: number,
    stream: number,
    options?: RecordCallOptions,
  ): Promise<WriteOutcome> {
    return this.#onTape(options, async (tape, token) => {
      const outcome = await tape.writeRecords(memory, recordSize, stream, token, options);
      this.#unended.wrote(outcome);
      return nameStop(outcome);
    });
  }

  readRecords(
    memory: Uint8Array | SlabPool,
    offer: number,
    maxRecords: number,
    stream: number,
    options?: RecordCallOptions,
  ): Promise<ReadOutcome> {
    return this.#onTape(options, async (tape, token) => {
      const outcome = await tape.readRecords(memory, offer, maxRecords, stream, token, options);
      this.#unended.read();
      return nameStop(outcome);
    });
  }

  allocate(byteLength: number): Uint8Array {
    return new Uint8Array(this.#addon.allocateSlab(byteLength), 0, byteLength);
  }

  createPool(slabBytes: number, kept: number): SlabPool {
    return new this.#addon.SlabPool(slabBytes, kept);
  }

  createCrc32(algorithm?: 'crc32' | 'crc32c'): Crc32 {
    return new this.#addon.Crc32(algorithm);
  }

  async close(): Promise<void> {
    // Both are closed even if the first fails; the tape node's error (a failed filemark) is the one to report.
    const [tape] = await Promise.allSettled([this.#closeTape(), this.#query?.close()]);
    if (tape.status === 'rejected') throw tape.reason;
  }

  #closeTape(): Promise<void> {
    return closeNode(
      () => this.#tape.close().catch(throwNamed),
      () => this.#unended.records,
    );
  }

  #onTape<T>(options: CallOptions | undefined, start: (tape: Device, token: number) => Promise<T>): Promise<T> {
    const tape = this.#tape;
    return this.#cancellation.run(tape, options, (token) => start(tape, token));
  }
}

/** Adds the name of the errno value that stopped records. */
function nameStop<T extends { readonly errno?: number }>(outcome: T): T & NamedStop {
  const { errno } = outcome;
  if (errno === undefined) return outcome;
  return { ...outcome, code: errno === 0 ? FailureCode.SHORT_WRITE : errnoName(errno) };
}
