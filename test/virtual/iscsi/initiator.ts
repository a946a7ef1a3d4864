import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import type { ScsiCommand } from '../../../src/scsi/wire/command.js';
import { decodeText, encodeText } from '../../../src/virtual/iscsi/login/text.js';
import { NO_DIGESTS } from '../../../src/virtual/iscsi/pdu/digest.js';
import {
  DATA_IN,
  DATA_OUT,
  LOGIN_REQUEST,
  LOGIN_RESPONSE,
  NO_TAG,
  type PduLayout,
  READY_TO_TRANSFER,
  SCSI_COMMAND,
  SCSI_RESPONSE,
  TASK_MANAGEMENT_REQUEST,
  TASK_MANAGEMENT_RESPONSE,
  TEXT_REQUEST,
  TEXT_RESPONSE,
  type Values,
} from '../../../src/virtual/iscsi/pdu/layouts.js';
import { decodePdu, encodePdu, type Load, type Pdu, PduReader } from '../../../src/virtual/iscsi/pdu/pdu.js';

const SECURITY = 0;
const OPERATIONAL = 1;
const FULL_FEATURE = 3;
const BIGGEST_SEGMENT = 16 * 1024 * 1024;

/** Keys that make every path of the data phase come up: small segments and bursts. */
export const SMALL_STEPS = {
  MaxRecvDataSegmentLength: '512',
  MaxBurstLength: '1536',
  FirstBurstLength: '1024',
  InitialR2T: 'Yes',
  ImmediateData: 'No',
};

interface Chap {
  readonly user: string;
  readonly secret: string;
  readonly algorithm?: string;
  /** What the target is to prove; the challenge `echo` is the target's own. */
  readonly asks?: { readonly CHAP_I?: string; readonly CHAP_C?: string };
}

export interface LoginOptions {
  /** Undefined for a discovery session. */
  readonly target?: string | undefined;
  readonly initiator?: string;
  readonly sessionId?: number;
  readonly keys?: Readonly<Record<string, string>>;
  readonly chap?: Chap;
}

export interface Sent {
  readonly lun?: string;
  /** Where it differs from what the command says. */
  readonly expected?: number;
  readonly immediate?: boolean;
}

/** What came of a command. */
export interface Reply {
  readonly status: number;
  readonly sense: Uint8Array;
  readonly data: Buffer;
  readonly overflow: boolean;
  readonly underflow: boolean;
  readonly residual: number;
  /** Names of the PDUs that came, in order. */
  readonly pdus: readonly string[];
}

/** An initiator of one connection, as small as it can be: its sequence numbers are right, its errors are the test's. */
export class Initiator {
  readonly socket: Socket;
  /** The keys that the target answered in the login. */
  readonly keys = new Map<string, string>();
  commandSequence = 1;
  /** Those of both directions, after the login. */
  digests = NO_DIGESTS;
  readonly #reader = new PduReader(BIGGEST_SEGMENT);
  #tag = 1;
  readonly #arrived: Pdu[] = [];
  #notify: () => void = () => undefined;
  #closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes) => {
      this.#arrived.push(...this.#reader.push(bytes));
      this.#notify();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#closed = true;
      this.#notify();
    });
  }

  static async connect(port: number): Promise<Initiator> {
    const socket = createConnection(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Initiator(socket);
  }

  send<L extends PduLayout>(layout: L, values: Partial<Values<L>>, data?: Uint8Array, cdb?: Uint8Array): void {
    this.socket.write(Buffer.concat(this.encode(layout, values, { data, cdb })));
  }

  /** The pieces of a PDU, with the digests that were agreed on. */
  encode<L extends PduLayout>(layout: L, values: Partial<Values<L>>, load: Load = {}): Uint8Array[] {
    return encodePdu(layout, values, { digests: this.digests, ...load });
  }

  /** The next PDU; undefined when the target closes the connection. */
  async next(): Promise<Pdu | undefined> {
    while (this.#arrived.length === 0 && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
    return this.#arrived.shift();
  }

  /** Has a PDU come once more. */
  putBack(pdu: Pdu): void {
    this.#arrived.unshift(pdu);
  }

  async expect<L extends PduLayout>(layout: L): Promise<Values<L> & { readonly body: Uint8Array }> {
    const pdu = await this.next();
    if (pdu?.opcode !== layout.opcode) throw new Error(`no ${layout.name}, but ${pdu?.opcode ?? 'the end'}`);
    return { ...decodePdu(layout, pdu), body: pdu.data };
  }

  /** Logs in, or rejects with the status that the target answers. */
  async login(options: LoginOptions = {}): Promise<Values<typeof LOGIN_RESPONSE>> {
    const { target, initiator = 'iqn.2026-11.test:initiator', chap, keys = {} } = options;
    const names = {
      InitiatorName: initiator,
      ...(target === undefined ? { SessionType: 'Discovery' } : { SessionType: 'Normal', TargetName: target }),
    };
    if (chap) await this.#prove(options, names, chap);
    const first = chap ? {} : names;
    const answer = await this.#loginStep(options, OPERATIONAL, FULL_FEATURE, { ...first, ...keys });
    this.digests = {
      header: this.keys.get('HeaderDigest') === 'CRC32C',
      data: this.keys.get('DataDigest') === 'CRC32C',
    };
    this.#reader.digests = this.digests;
    return answer;
  }

  async #prove(options: LoginOptions, names: Record<string, string>, chap: Chap) {
    const { user, secret, algorithm = '5', asks = {} } = chap;
    await this.#loginStep(options, SECURITY, undefined, { ...names, AuthMethod: 'CHAP,None' });
    await this.#loginStep(options, SECURITY, undefined, { CHAP_A: algorithm });
    const id = Number(this.keys.get('CHAP_I'));
    const challenge = Buffer.from((this.keys.get('CHAP_C') ?? '').slice(2), 'hex');
    const hash = { 5: 'md5', 6: 'sha1', 7: 'sha256' }[algorithm] ?? 'md5';
    const digest = createHash(hash)
      .update(Buffer.from([id]))
      .update(secret)
      .update(challenge)
      .digest('hex');
    const echo = asks.CHAP_C === 'echo' && { CHAP_C: this.keys.get('CHAP_C') ?? '' };
    const answer = { CHAP_N: user, CHAP_R: `0x${digest}`, ...asks, ...echo };
    await this.#loginStep(options, SECURITY, OPERATIONAL, answer);
  }

  async #loginStep(
    { sessionId = 0x00023d000001 }: LoginOptions,
    currentStage: number,
    nextStage: number | undefined,
    keys: Record<string, string>,
  ) {
    const step = nextStage === undefined ? {} : { transit: true, nextStage };
    const common = { immediate: true, sessionId, initiatorTaskTag: 0, commandSequence: this.commandSequence };
    this.send(LOGIN_REQUEST, { ...common, currentStage, ...step }, encodeText(Object.entries(keys)));
    const answer = await this.expect(LOGIN_RESPONSE);
    if (answer.status !== 0) throw new Error(`login status ${answer.status.toString(16).padStart(4, '0')}`);
    for (const [key, value] of decodeText(answer.body)) this.keys.set(key, value);
    return answer;
  }

  nextTag(): number {
    this.#tag += 1;
    return this.#tag;
  }

  nextCommand(): number {
    const { commandSequence } = this;
    this.commandSequence = (commandSequence + 1) >>> 0;
    return commandSequence;
  }

  /** Sends a command without waiting for the answer; returns its task tag. */
  start(
    { cdb, dataOut, direction, allocationLength }: ScsiCommand,
    { lun = '0000000000000000', expected, immediate }: Sent = {},
  ) {
    const tag = this.nextTag();
    const values = {
      final: true,
      read: direction === 'in',
      write: direction === 'out',
      lun,
      initiatorTaskTag: tag,
      expectedDataTransferLength: expected ?? (direction === 'out' ? dataOut.length : allocationLength),
      immediate: immediate ?? false,
      commandSequence: immediate ? this.commandSequence : this.nextCommand(),
    };
    this.send(SCSI_COMMAND, values, this.#immediateData(dataOut), cdb);
    return tag;
  }

  #immediateData(dataOut: Uint8Array): Uint8Array {
    if (this.keys.get('ImmediateData') === 'No') return dataOut.subarray(0, 0);
    const room = Math.min(Number(this.keys.get('FirstBurstLength') ?? 65_536), 8192);
    return dataOut.subarray(0, room);
  }

  /** Carries out a command, with every R2T that comes. */
  async command(command: ScsiCommand, options: Sent = {}): Promise<Reply> {
    this.start(command, options);
    return this.answer(command.dataOut);
  }

  /** Collects the answer to a command that was started. */
  async answer(dataOut: Uint8Array = new Uint8Array(0)): Promise<Reply> {
    const data: Uint8Array[] = [];
    const pdus: string[] = [];
    for (;;) {
      const pdu = await this.next();
      if (pdu === undefined) throw new Error('the target closed the connection');
      if (pdu.opcode === READY_TO_TRANSFER.opcode) {
        pdus.push('R2T');
        this.#sendBurst(decodePdu(READY_TO_TRANSFER, pdu), dataOut);
      } else if (pdu.opcode === DATA_IN.opcode) {
        pdus.push('Data-In');
        data.push(pdu.data);
        const values = decodePdu(DATA_IN, pdu);
        if (values.hasStatus) return { ...values, data: Buffer.concat(data), sense: new Uint8Array(0), pdus };
      } else if (pdu.opcode === SCSI_RESPONSE.opcode) {
        pdus.push('Response');
        return { ...decodePdu(SCSI_RESPONSE, pdu), data: Buffer.concat(data), sense: pdu.data.subarray(2), pdus };
      } else {
        throw new Error(`unexpected opcode ${pdu.opcode}`);
      }
    }
  }

  /** Answers an R2T with segments of 512 bytes. */
  #sendBurst(ready: Values<typeof READY_TO_TRANSFER>, dataOut: Uint8Array): void {
    const { bufferOffset, desiredDataTransferLength, initiatorTaskTag, targetTransferTag, lun } = ready;
    const end = bufferOffset + desiredDataTransferLength;
    for (let offset = bufferOffset, dataSequence = 0; offset < end; offset += 512, dataSequence += 1) {
      const bytes = dataOut.subarray(offset, Math.min(offset + 512, end));
      const common = { initiatorTaskTag, targetTransferTag, lun, dataSequence, bufferOffset: offset };
      this.send(DATA_OUT, { ...common, final: offset + 512 >= end }, bytes);
    }
  }

  /** Carries out a task management function; the response code. */
  async manage(what: number, referencedTaskTag = NO_TAG, lun = '0000000000000000'): Promise<number> {
    this.startManaging(what, referencedTaskTag, lun);
    return (await this.expect(TASK_MANAGEMENT_RESPONSE)).response;
  }

  /** Asks for a task management function without waiting for the response. */
  startManaging(what: number, referencedTaskTag = NO_TAG, lun = '0000000000000000'): void {
    this.send(TASK_MANAGEMENT_REQUEST, {
      immediate: true,
      final: true,
      function: what,
      lun,
      initiatorTaskTag: this.nextTag(),
      referencedTaskTag,
      commandSequence: this.commandSequence,
    });
  }

  /** So many response codes. */
  async responses(count: number): Promise<number[]> {
    const codes: number[] = [];
    while (codes.length < count) codes.push((await this.expect(TASK_MANAGEMENT_RESPONSE)).response);
    return codes;
  }

  /** Sends a text and collects the answer, however many PDUs it takes. */
  async text(text: string): Promise<string> {
    const parts: Uint8Array[] = [];
    let targetTransferTag = NO_TAG;
    let sent: Uint8Array = Buffer.from(text);
    const initiatorTaskTag = this.nextTag();
    for (;;) {
      const values = { final: true, initiatorTaskTag, targetTransferTag, commandSequence: this.nextCommand() };
      this.send(TEXT_REQUEST, values, sent);
      const answer = await this.expect(TEXT_RESPONSE);
      parts.push(answer.body);
      if (answer.final) return Buffer.concat(parts).toString();
      targetTransferTag = answer.targetTransferTag;
      sent = new Uint8Array(0);
    }
  }
}
