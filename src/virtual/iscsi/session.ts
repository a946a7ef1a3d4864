import type { Nexus } from '../unit/nexus.js';
import type { Login } from './login/login.js';
import { MAX_RECEIVE_BYTES } from './login/parameters.js';
import { TextExchange, type TextLink } from './login/text-exchange.js';
import {
  DATA_OUT,
  LOGOUT_REQUEST,
  LOGOUT_RESPONSE,
  NO_TAG,
  NOP_IN,
  NOP_OUT,
  type REQUEST,
  SCSI_COMMAND,
  TASK_MANAGEMENT_REQUEST,
  TASK_MANAGEMENT_RESPONSE,
  TEXT_REQUEST,
  type Values,
} from './pdu/layouts.js';
import { cdbOf, decodePdu, type Pdu, ProtocolViolation } from './pdu/pdu.js';
import { ScsiTask, type TaskLink } from './scsi-task.js';
import type { Target } from './target/target.js';
import { manageTasks, TASK_MANAGEMENT } from './target/task-management.js';

/** Commands that an initiator may have under way; as many again when they are immediate ones. */
const WINDOW = 32;
/** Bytes of data out that commands may have which wait for their turn: a first burst of each. */
const MOST_WAITING = WINDOW * MAX_RECEIVE_BYTES;

/** Reasons of a Reject (RFC 7143 section 11.17.1). */
const REJECTION = {
  dataDigestError: 2,
  protocolError: 4,
  commandNotSupported: 5,
  tooManyImmediate: 6,
  taskInProgress: 7,
} as const;

/** Reason code of a logout that wants the connection kept for recovery, and the answer: not supported. */
const REMOVE_FOR_RECOVERY = 2;
const RECOVERY_NOT_SUPPORTED = 2;

type Sequenced = Pick<
  Values<{ name: string; opcode: number; fields: typeof REQUEST }>,
  'immediate' | 'commandSequence'
>;

/** What a session needs of its connection. */
export interface SessionLink extends TextLink, Omit<TaskLink, 'execute'> {
  readonly parameters: TaskLink['parameters'];
  /** One line about what the initiator does. */
  log(line: string): void;
  /** Refuses a PDU, which goes back with the reason; the session goes on. */
  reject(pdu: Pdu, reason: number): void;
  /** Closes the connection after what was sent. */
  end(): void;
  /** Closes the connection after what was sent, because it can't go on. */
  giveUp(why: string): void;
  /** Closes the connection at once. */
  close(why: string): void;
  /** Closes the connection at once, for what should not happen. */
  fail(error: unknown): void;
}

interface RunningTask {
  readonly task: ScsiTask;
  readonly ended: Promise<void>;
}

/** A session after its login: one connection, error recovery level 0. */
export class Session {
  /** The name of the initiator port, as its TransportID has it (SPC-5 7.6.4.6). */
  readonly nexus: Nexus;
  readonly target: Target | undefined;
  readonly #connection: SessionLink;
  readonly #text: TextExchange;
  readonly #tasks = new Map<number, RunningTask>();
  #expectedCommand: number;
  /** Task management functions under way. */
  #managing = 0;
  /**
   * The last task of each logical unit, whose tasks are carried out in the order of their arrival: two writes in turn
   * must not be recorded in the other. A move of the robot does not keep the drives waiting.
   */
  readonly #last = new Map<string, Promise<void>>();

  constructor(connection: SessionLink, { initiator, sessionId, target }: Login, firstCommand: number) {
    this.nexus = `${initiator},i,0x${sessionId.toString(16).padStart(12, '0')}`;
    this.target = target;
    this.#connection = connection;
    this.#text = new TextExchange(connection, target);
    this.#expectedCommand = firstCommand;
  }

  /** ExpCmdSN and MaxCmdSN. */
  get window(): { readonly expectedCommandSequence: number; readonly maximumCommandSequence: number } {
    const queued = [...this.#tasks.values()].filter(({ task }) => !task.command.immediate).length;
    return {
      expectedCommandSequence: this.#expectedCommand,
      maximumCommandSequence: (this.#expectedCommand + WINDOW - queued - 1) >>> 0,
    };
  }

  /** Throws ProtocolViolation when the session can't go on. */
  take(pdu: Pdu): void {
    const handler = this.#handlers[pdu.opcode];
    if (pdu.damaged) this.#rejectDamaged(pdu);
    else if (handler === undefined) this.#connection.reject(pdu, REJECTION.commandNotSupported);
    else handler(pdu);
  }

  readonly #handlers: Readonly<Record<number, (pdu: Pdu) => void>> = {
    [NOP_OUT.opcode]: (pdu) => this.#nopOut(pdu),
    [SCSI_COMMAND.opcode]: (pdu) => this.#command(pdu),
    [TASK_MANAGEMENT_REQUEST.opcode]: (pdu) => this.#manage(pdu),
    [TEXT_REQUEST.opcode]: (pdu) => {
      const request = decodePdu(TEXT_REQUEST, pdu);
      if (this.#isInTurn(request)) this.#text.answer(request, pdu.data);
    },
    [DATA_OUT.opcode]: (pdu) => this.#dataOut(pdu),
    [LOGOUT_REQUEST.opcode]: (pdu) => this.#logout(pdu),
  };

  /** Whether a request is to be carried out; one outside the window is ignored (RFC 7143 section 4.2.2.1). */
  #isInTurn({ immediate, commandSequence }: Sequenced): boolean {
    if (immediate) return true;
    const ahead = (commandSequence - this.#expectedCommand) | 0;
    if (ahead < 0 || ahead >= WINDOW) return false;
    if (ahead > 0) throw new ProtocolViolation('a command is missing in the only connection');
    this.#expectedCommand = (this.#expectedCommand + 1) >>> 0;
    return true;
  }

  /** What becomes of a PDU with a wrong data digest (RFC 7143 section 7.8). */
  #rejectDamaged(pdu: Pdu): void {
    this.#connection.log('a wrong data digest');
    this.#connection.reject(pdu, REJECTION.dataDigestError);
    if (pdu.opcode === DATA_OUT.opcode) this.#dataOut(pdu);
    // At error recovery level 0 the command is never repeated, and all later ones would wait for it.
    else if (!pdu.immediate) this.#connection.giveUp('a command is missing');
  }

  #dataOut(pdu: Pdu): void {
    const values = decodePdu(DATA_OUT, pdu);
    // Data of a task that was aborted may still be on their way.
    this.#tasks.get(values.initiatorTaskTag)?.task.receive(values, pdu);
    this.#boundWaiting();
  }

  #nopOut(pdu: Pdu): void {
    const request = decodePdu(NOP_OUT, pdu);
    const { initiatorTaskTag, lun } = request;
    if (!this.#isInTurn(request) || initiatorTaskTag === NO_TAG) return;
    // A copy: the part that is sent would keep all of what came.
    const echo = Uint8Array.from(pdu.data.subarray(0, this.#connection.parameters.maxSendBytes));
    this.#connection.reply(NOP_IN, { final: true, initiatorTaskTag, lun, targetTransferTag: NO_TAG }, echo);
  }

  #command(pdu: Pdu): void {
    const command = decodePdu(SCSI_COMMAND, pdu);
    if (!this.#isInTurn(command)) return;
    const { initiatorTaskTag: tag, immediate } = command;
    if (this.target === undefined) this.#connection.reject(pdu, REJECTION.protocolError);
    else if (this.#tasks.has(tag)) this.#connection.reject(pdu, REJECTION.taskInProgress);
    else if (immediate && this.#tasks.size >= 2 * WINDOW) this.#connection.reject(pdu, REJECTION.tooManyImmediate);
    else this.#start(tag, new ScsiTask(this.#link(this.target), command, cdbOf(pdu), pdu.data));
    this.#boundWaiting();
  }

  #boundWaiting(): void {
    let bytes = 0;
    for (const { task } of this.#tasks.values()) bytes += task.waitingBytes;
    if (bytes > MOST_WAITING) throw new ProtocolViolation('too many data of commands that wait');
  }

  #link(target: Target): TaskLink {
    const { nexus } = this;
    const connection = this.#connection;
    return {
      parameters: connection.parameters,
      send: connection.send.bind(connection),
      reply: connection.reply.bind(connection),
      ready: connection.ready.bind(connection),
      execute: (request) => target.execute({ ...request, nexus }),
    };
  }

  #start(tag: number, task: ScsiTask): void {
    const { lun } = task.command;
    const ended = (this.#last.get(lun) ?? Promise.resolve()).then(async () => {
      try {
        const execution = await task.perform();
        // First of all it is over: its tag may come again as soon as the response is out.
        this.#tasks.delete(tag);
        if (execution !== undefined) task.respond(execution);
      } catch (error) {
        this.#connection.fail(error);
      } finally {
        this.#tasks.delete(tag);
        if (this.#last.get(lun) === ended) this.#last.delete(lun);
      }
    });
    this.#tasks.set(tag, { task, ended });
    this.#last.set(lun, ended);
  }

  /** Whether there was such a task; resolves when it has ended. */
  async abortTask(tag: number): Promise<boolean> {
    const running = this.#tasks.get(tag);
    running?.task.abort();
    await running?.ended;
    return running !== undefined;
  }

  /** Aborts the tasks of a logical unit, or all; resolves with their number when they have ended. */
  async abortTasks(lun?: string): Promise<number> {
    const running = [...this.#tasks.values()].filter(({ task }) => lun === undefined || task.command.lun === lun);
    for (const { task } of running) task.abort();
    await Promise.all(running.map(({ ended }) => ended));
    return running.length;
  }

  #manage(pdu: Pdu): void {
    const request = decodePdu(TASK_MANAGEMENT_REQUEST, pdu);
    if (!this.#isInTurn(request)) return;
    if (this.target === undefined) this.#connection.reject(pdu, REJECTION.protocolError);
    else if (this.#managing >= WINDOW) this.#connection.reject(pdu, REJECTION.tooManyImmediate);
    else this.#manageTasks(this.target, request);
  }

  #manageTasks(target: Target, request: Values<typeof TASK_MANAGEMENT_REQUEST>): void {
    const { initiatorTaskTag } = request;
    this.#managing += 1;
    manageTasks(this, target, request)
      .then((response) => {
        this.#connection.reply(TASK_MANAGEMENT_RESPONSE, { final: true, initiatorTaskTag, response });
        if (request.function === TASK_MANAGEMENT.targetColdReset) target.disconnect('the target was reset');
      })
      .catch((error: unknown) => this.#connection.fail(error))
      .finally(() => {
        this.#managing -= 1;
      });
  }

  #logout(pdu: Pdu): void {
    const request = decodePdu(LOGOUT_REQUEST, pdu);
    if (!this.#isInTurn(request)) return;
    const { initiatorTaskTag, reason } = request;
    const response = reason === REMOVE_FOR_RECOVERY ? RECOVERY_NOT_SUPPORTED : 0;
    this.#connection.reply(LOGOUT_RESPONSE, { final: true, initiatorTaskTag, response });
    if (response === 0) this.#connection.end();
  }

  /** The connection is gone, or is to go: what is under way is aborted, and the target forgets the session. */
  async close(): Promise<void> {
    await this.abortTasks();
    await this.target?.leave(this);
  }

  /** Closes the connection. */
  end(why: string): Promise<void> {
    this.#connection.close(why);
    return this.close();
  }
}
