import type { Crc32, MtStatus, SlabPool } from '../../../binding.js';
import { optionalAddon } from '../../addon/load-addon.js';
import type { CallOptions } from '../../arguments/options.js';
import { FailureCode, isSystemError, systemError } from '../../errors/system-error.js';
import { isIntact, PROTECTION_BYTES, withProtection } from '../../scsi/protection/methods.js';
import type { ScsiReply, ScsiRequest } from '../../scsi/wire/command.js';
import { EventLoopBudget } from '../../streams/event-loop-budget.js';
import { roundUpToPage } from '../../transport/page.js';
import { recordsOf } from '../../transport/record-pieces.js';
import type { ReadOutcome, RecordCallOptions, Transport, WriteOutcome } from '../../transport/transport.js';
import type { VirtualDrive } from '../../virtual/virtual-drive.js';
import { UNKNOWN_ADAPTER } from '../linux/host-adapter.js';
import { StDriver } from '../st/st-driver.js';
import { closeNode } from '../st/unended.js';
import { type Attached, attachDrive } from './attached.js';
import { PortableCrc32, PortableSlabPool } from './portable-memory.js';

export interface VirtualDevice {
  readonly device: string;
  readonly folder: string;
}

/** Transport of the embedded drive: tape calls share one queue, which queries bypass. */
export class VirtualTransport implements Transport {
  readonly device: string;
  /** The drive itself, for tests and demonstrations: faults, reset, changing the cartridge. */
  readonly drive: VirtualDrive;
  readonly #attached: Attached<VirtualDrive>;
  readonly #readOnly: boolean;
  /** The drive runs on the event loop and may never have to wait. */
  readonly #budget = new EventLoopBudget();
  #st: StDriver;
  /** Settles when all calls queued so far are done. */
  #last: Promise<unknown> = Promise.resolve();
  /** The stream that stopped last: calls still queued for it fail and are never carried out. */
  #stoppedStream = 0;
  #closed = false;

  private constructor(device: string, attached: Attached<VirtualDrive>, readOnly: boolean) {
    this.device = device;
    this.drive = attached.device;
    this.#attached = attached;
    this.#readOnly = readOnly;
    this.#st = new StDriver(this.drive, device, readOnly);
  }

  /** Rejects with DeviceNotFoundError and DriveBusyError of the virtual drive. */
  static async open(located: VirtualDevice, options: { readonly readOnly?: boolean | undefined } = {}) {
    const attached = await attachDrive(located.folder);
    const transport = new VirtualTransport(located.device, attached, options.readOnly ?? false);
    try {
      await transport.#st.open();
      return transport;
    } catch (error) {
      await attached.release().catch(() => undefined);
      throw error;
    }
  }

  /** Like an adapter with a known limit. */
  get maxTransfer(): number {
    return Math.min(UNKNOWN_ADAPTER, this.drive.transferLimit ?? UNKNOWN_ADAPTER);
  }

  get queryDevice(): string {
    return this.device;
  }

  async scsi(command: ScsiRequest, options?: CallOptions): Promise<ScsiReply> {
    options?.signal?.throwIfAborted();
    if (this.#closed) throw systemError(FailureCode.CLOSED, 'SG_IO', this.device);
    return this.#st.pass(command);
  }

  mt(operation: number, count: number, options?: CallOptions): Promise<void> {
    return this.#queue('MTIOCTOP', options, () => this.#st.operate(operation, count));
  }

  status(options?: CallOptions): Promise<MtStatus> {
    return this.#queue('MTIOCGET', options, async () => this.#st.status());
  }

  tell(options?: CallOptions): Promise<number> {
    return this.#queue('MTIOCPOS', options, () => this.#st.tell());
  }

  writeRecords(
    memory: Uint8Array | readonly Uint8Array[],
    recordSize: number,
    stream: number,
    options?: RecordCallOptions,
  ): Promise<WriteOutcome> {
    return this.#inStream(
      'write',
      stream,
      options,
      () => this.#writeAll(memory instanceof Uint8Array ? [memory] : memory, recordSize, options),
      ({ stop }) => stop === 'done',
    );
  }

  readRecords(
    memory: Uint8Array | SlabPool,
    offer: number,
    maxRecords: number,
    stream: number,
    options?: RecordCallOptions,
  ): Promise<ReadOutcome> {
    return this.#inStream(
      'read',
      stream,
      options,
      () => this.#readInto(memory, offer, maxRecords, options),
      ({ stop }) => stop === 'full',
    );
  }

  allocate(byteLength: number): Uint8Array {
    return new Uint8Array(byteLength);
  }

  createPool(slabBytes: number): SlabPool {
    return new PortableSlabPool(slabBytes);
  }

  createCrc32(algorithm?: 'crc32' | 'crc32c'): Crc32 {
    const addon = optionalAddon();
    return addon === undefined ? new PortableCrc32(algorithm) : new addon.Crc32(algorithm);
  }

  async reopen(): Promise<void> {
    await this.#queue('open', undefined, async () => {
      await this.#closeDriver();
      this.#st = new StDriver(this.drive, this.device, this.#readOnly);
      await this.#st.open();
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    const ended = this.#queue('close', undefined, () => this.#closeDriver());
    this.#closed = true;
    try {
      await ended;
    } finally {
      await this.#attached.release();
    }
  }

  #closeDriver(): Promise<void> {
    const { owesFilemark } = this.#st;
    return closeNode(
      () => this.#st.close(),
      () => owesFilemark,
    );
  }

  async #writeAll(
    pieces: readonly Uint8Array[],
    recordSize: number,
    { checksum, protection }: RecordCallOptions = {},
  ): Promise<WriteOutcome> {
    let records = 0;
    let bytes = 0;
    for (const record of recordsOf(pieces, recordSize)) {
      if (this.#budget.isSpent()) await this.#budget.yield();
      try {
        await this.#st.write(protection ? withProtection(protection, record) : record);
        records += 1;
        bytes += record.length;
        checksum?.update(record);
      } catch (error) {
        if (!isSystemError(error)) throw error;
        const { code, errno } = error;
        const stop = code === 'ENOSPC' ? 'end-of-medium' : 'error';
        return { records, bytes, stop, code, errno, mt: this.#st.status() };
      }
    }
    return { records, bytes, stop: 'done' };
  }

  async #readInto(
    target: Uint8Array | SlabPool,
    offer: number,
    maxRecords: number,
    options: RecordCallOptions | undefined,
  ): Promise<ReadOutcome> {
    if (target instanceof Uint8Array) return this.#readAll(target, offer, maxRecords, options);
    if (!(target instanceof PortableSlabPool)) throw new TypeError("memory is another transport's");
    const { memory, slab } = target.fill();
    return { ...(await this.#readAll(new Uint8Array(memory), offer, maxRecords, options)), slab };
  }

  async #readAll(
    memory: Uint8Array,
    offer: number,
    maxRecords: number,
    { checksum, protection }: RecordCallOptions = {},
  ): Promise<ReadOutcome> {
    const lengths: number[] = [];
    let end = 0;
    try {
      for (
        let offset = 0;
        offset + offer <= memory.length && lengths.length < maxRecords;
        offset = roundUpToPage(end)
      ) {
        if (this.#budget.isSpent()) await this.#budget.yield();
        const sent = await this.#st.read(memory.subarray(offset, offset + offer));
        if (sent === 0) return { lengths, stop: 'zero', mt: this.#st.status() };
        if (protection && !isIntact(protection, memory.subarray(offset, offset + sent))) {
          return { lengths, stop: 'damaged', mt: this.#st.status() };
        }
        const length = protection ? sent - PROTECTION_BYTES : sent;
        lengths.push(length);
        checksum?.update(memory.subarray(offset, offset + length));
        if (offset !== end) memory.copyWithin(end, offset, offset + length);
        end += length;
      }
    } catch (error) {
      if (!isSystemError(error)) throw error;
      const { code, errno } = error;
      return { lengths, stop: code === 'ENOMEM' ? 'too-large' : 'error', code, errno, mt: this.#st.status() };
    }
    return { lengths, stop: 'full' };
  }

  #inStream<T>(
    syscall: string,
    stream: number,
    options: CallOptions | undefined,
    work: () => Promise<T>,
    goesOn: (outcome: T) => boolean,
  ): Promise<T> {
    return this.#queue(syscall, options, async () => {
      if (stream === this.#stoppedStream) throw systemError('ECANCELED', syscall, this.device);
      const outcome = await work();
      if (!goesOn(outcome)) this.#stoppedStream = stream;
      return outcome;
    });
  }

  #queue<T>(syscall: string, options: CallOptions | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(systemError(FailureCode.CLOSED, syscall, this.device));
    const result = this.#last.then(() => {
      if (options?.signal?.aborted) throw systemError('ECANCELED', syscall, this.device);
      return work();
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}
