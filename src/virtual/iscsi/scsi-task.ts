import { sense } from '../unit/check-condition.js';
import { checkCondition } from '../unit/command-result.js';
import { type Execution, executionOf } from '../unit/execution.js';
import type { Parameters } from './login/parameters.js';
import { DataOutCollector } from './pdu/data-out.js';
import {
  DATA_IN,
  type DATA_OUT,
  NO_TAG,
  type PduLayout,
  READY_TO_TRANSFER,
  type SCSI_COMMAND,
  SCSI_RESPONSE,
  type Values,
} from './pdu/layouts.js';
import { type Pdu, ProtocolViolation } from './pdu/pdu.js';
import type { UnitRequest } from './target/target.js';

/** What a task needs from its session. */
export interface TaskLink {
  readonly parameters: Parameters;
  /** Sends an answer and advances the status sequence number. */
  reply<L extends PduLayout>(layout: L, values: Partial<Values<L>>, data?: Uint8Array): void;
  /** Sends a PDU that does not advance the status sequence number. */
  send<L extends PduLayout>(layout: L, values: Partial<Values<L>>, data?: Uint8Array): void;
  /** Resolves when the initiator has read enough of what was sent, or the signal is aborted. */
  ready(signal: AbortSignal): Promise<void>;
  execute(request: Omit<UnitRequest, 'nexus'>): Promise<Execution>;
}

/** Bytes; more than any record. A command that announces more is refused. */
const MAX_DATA_OUT = 64 * 1024 * 1024;
/** Response code of a SCSI Response: the target could not carry out the command. */
const TARGET_FAILURE = 1;
const NOTHING = new Uint8Array(0);
const GOOD = 0;

type Command = Values<typeof SCSI_COMMAND>;

/** One SCSI command, from its arrival to its response (RFC 7143 sections 11.3, 11.4, 11.7 and 11.8). */
export class ScsiTask {
  readonly command: Command;
  readonly #cdb: Uint8Array;
  readonly #link: TaskLink;
  readonly #abort = new AbortController();
  /** Data out so far. */
  readonly #dataOut = new DataOutCollector();
  #begun = false;
  /** The data that may come now: first unsolicited data, then one burst for each R2T. */
  #burst: { readonly tag: number; readonly end: number } | undefined;
  #bursts = 0;
  /** Some of the data out came with a wrong digest. */
  #damaged = false;
  #wake: () => void = () => undefined;

  /** Throws ProtocolViolation for immediate or unsolicited data that the login did not agree on. */
  constructor(link: TaskLink, command: Command, cdb: Uint8Array, immediateData: Uint8Array) {
    this.#link = link;
    this.command = command;
    this.#cdb = cdb;
    const { immediateData: allowed, firstBurstBytes, initialR2T } = link.parameters;
    const first = Math.min(this.#expected, firstBurstBytes);
    if (immediateData.length > (allowed ? first : 0)) throw new ProtocolViolation('more immediate data than agreed on');
    if (!command.final && command.write) {
      if (initialR2T) throw new ProtocolViolation('unsolicited data, which were not agreed on');
      this.#burst = { tag: NO_TAG, end: first };
    }
    this.#dataOut.add(immediateData);
  }

  /** Bytes of data out that were received before the turn of the command. */
  get waitingBytes(): number {
    return this.#begun ? 0 : this.#received;
  }

  get #received(): number {
    return this.#dataOut.length;
  }

  /** Bytes of data out that the initiator announces. */
  get #expected(): number {
    return this.command.write ? this.command.expectedDataTransferLength : 0;
  }

  /** Whether to ask for more data; not if some came damaged, since the command is then refused. */
  get #wantsMore(): boolean {
    return !this.#damaged && this.#received < this.#expected;
  }

  /** Takes a Data-Out. Throws ProtocolViolation for one that was not asked for. */
  receive(
    { targetTransferTag, bufferOffset, final }: Values<typeof DATA_OUT>,
    { data, damaged }: Pick<Pdu, 'data' | 'damaged'>,
  ): void {
    if (this.#abort.signal.aborted) return;
    const { tag, end } = this.#burst ?? {};
    const after = bufferOffset + data.length;
    if (tag !== targetTransferTag || bufferOffset !== this.#received || end === undefined || after > end) {
      throw new ProtocolViolation('a Data-Out that nobody asked for');
    }
    if (final && tag !== NO_TAG && after < end) throw new ProtocolViolation('a burst that ends early');
    this.#dataOut.add(data);
    this.#damaged ||= damaged;
    if (!final) return;
    this.#burst = undefined;
    this.#wake();
  }

  /** Ends the task without a response. */
  abort(): void {
    this.#abort.abort();
    this.#wake();
  }

  /**
   * Collects the data out and executes the command. Resolves with what to respond, or with undefined if the task was
   * aborted. Rejects if the target itself fails.
   */
  async perform(): Promise<Execution | undefined> {
    const { signal } = this.#abort;
    this.#begun = true;
    await this.#link.ready(signal);
    if (this.#expected <= MAX_DATA_OUT) await this.#collect();
    if (signal.aborted) return undefined;
    const execution = await this.#execute();
    return signal.aborted ? undefined : execution;
  }

  async #collect(): Promise<void> {
    while (!this.#abort.signal.aborted && (this.#burst !== undefined || this.#wantsMore)) {
      if (this.#burst === undefined) this.#solicit();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #solicit(): void {
    const { initiatorTaskTag, lun } = this.command;
    const length = Math.min(this.#link.parameters.maxBurstBytes, this.#expected - this.#received);
    const tag = this.#bursts;
    this.#burst = { tag, end: this.#received + length };
    this.#bursts += 1;
    this.#link.send(READY_TO_TRANSFER, {
      final: true,
      initiatorTaskTag,
      lun,
      targetTransferTag: tag,
      readySequence: tag,
      bufferOffset: this.#received,
      desiredDataTransferLength: length,
    });
  }

  /** Undefined when the task was aborted before the command began. */
  async #execute(): Promise<Execution | undefined> {
    const { signal } = this.#abort;
    const { read, write, lun } = this.command;
    if ((read && write) || this.#expected > MAX_DATA_OUT) return refused('5/24/00');
    // Protocol service CRC error (RFC 7143 section 11.4.7.2): the command is not carried out.
    if (this.#damaged) return refused('b/47/05');
    try {
      return await this.#link.execute({ lun, cdb: this.#cdb, dataOut: this.#dataOut.take(), signal });
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  /** Sends data in, status and sense. */
  respond({ status, hostStatus, sense: senseData, dataIn, dataOutLength }: Execution): void {
    const { initiatorTaskTag, read, write, expectedDataTransferLength: expected } = this.command;
    if (hostStatus !== 0) {
      this.#link.reply(SCSI_RESPONSE, { final: true, initiatorTaskTag, response: TARGET_FAILURE });
      return;
    }
    const sent = read ? dataIn.subarray(0, expected) : NOTHING;
    const difference = (write ? dataOutLength : dataIn.length) - expected;
    const residual = {
      overflow: difference > 0,
      underflow: difference < 0,
      residual: Math.min(Math.abs(difference), 0xffffffff),
    };
    // A status other than GOOD needs a separate response (RFC 7143 section 11.7.2).
    const collapsed = status === GOOD && sent.length > 0;
    const count = this.#sendData(sent, collapsed ? { ...residual, hasStatus: true, status } : undefined);
    if (collapsed) return;
    const values = { final: true, initiatorTaskTag, status, expectedDataSequence: count + this.#bursts, ...residual };
    this.#link.reply(SCSI_RESPONSE, values, withLength(senseData));
  }

  /** Sends data in; the last PDU carries the status, if any. Returns the number of PDUs. */
  #sendData(data: Uint8Array, status: Partial<Values<typeof DATA_IN>> | undefined): number {
    const { initiatorTaskTag, lun } = this.command;
    const { maxSendBytes, maxBurstBytes } = this.#link.parameters;
    let dataSequence = 0;
    for (let offset = 0, burst = 0; offset < data.length; dataSequence += 1) {
      const length = Math.min(maxSendBytes, maxBurstBytes - burst, data.length - offset);
      const last = offset + length === data.length;
      burst = last || burst + length === maxBurstBytes ? 0 : burst + length;
      const common = { initiatorTaskTag, lun, targetTransferTag: NO_TAG, dataSequence, bufferOffset: offset };
      const values = { ...common, final: burst === 0 };
      const bytes = data.subarray(offset, offset + length);
      if (last && status !== undefined) this.#link.reply(DATA_IN, { ...values, ...status }, bytes);
      else this.#link.send(DATA_IN, values, bytes);
      offset += length;
    }
    return dataSequence;
  }
}

function refused(codes: string): Execution {
  return executionOf(checkCondition(sense(codes)));
}

/** Sense data as a response carries it: preceded by its length. */
function withLength(senseData: Uint8Array): Uint8Array {
  if (senseData.length === 0) return NOTHING;
  const segment = Buffer.alloc(2 + senseData.length);
  segment.writeUInt16BE(senseData.length);
  segment.set(senseData, 2);
  return segment;
}
