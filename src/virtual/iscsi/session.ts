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

/** Commands that an initiator may have in progress, and as many again that are immediate. */
const WINDOW = 32;
/** Bytes of data out that waiting commands may hold together: a first burst for each. */
const MOST_WAITING = WINDOW * MAX_RECEIVE_BYTES;

/** Reasons of a Reject (RFC 7143 section 11.17.1). */
const REJECTION = {
  dataDigestError: 2,
  protocolError: 4,
  commandNotSupported: 5,
  tooManyImmediate: 6,
  taskInProgress: 7,
} as const;

/** Reason code of a logout that removes the connection for recovery, and the response: not supported. */
const REMOVE_FOR_RECOVERY = 2;
const RECOVERY_NOT_SUPPORTED = 2;

type Sequenced = Pick<
  Values<{ name: string; opcode: number; fields: typeof REQUEST }>,
  'immediate' | 'commandSequence'
>;

/** What a session needs from its connection. */
export interface SessionLink extends TextLink, Omit<TaskLink, 'execute'> {
  readonly parameters: TaskLink['parameters'];
  /** Logs one line about the initiator. */
  log(line: string): void;
  /** Refuses a PDU: sends its header back with the reason. The session continues. */
  reject(pdu: Pdu, reason: number): void;
  /** Closes the connection when everything is sent. */
  end(): void;
  /** Closes the connection when everything is sent, because it can't continue. */
  giveUp(why: string): void;
  /** Closes the connection at once. */
  close(why: string): void;
  /** Closes the connection at once, after an unexpected error. */
  fail(error: unknown): void;
}

interface RunningTask {
  readonly task: ScsiTask;
  readonly ended: Promise<void>;
}

/** A session after its login: one connection, error recovery level 0. */
export class Session {
  /** The name of the initiator port, in the form of its TransportID (SPC-5 7.6.4.6). */
  readonly nexus: Nexus;
  readonly target: Target | undefined;
  readonly #connection: SessionLink;
  readonly #text: TextExchange;
  readonly #tasks = new Map<number, RunningTask>();
  #expectedCommand: number;
  /** Task management functions in progress. */
  #managing = 0;
  /**
   * The last task of each logical unit. The tasks of a unit are carried out in order of arrival, so that writes are
   * recorded in the order of the initiator. Other units do not wait: a move of the robot does not block the drives.
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

  /** Handles a PDU. Throws ProtocolViolation if the session can't continue. */
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

  /** Whether to carry out a request; one outside the window is ignored (RFC 7143 section 4.2.2.1). */
  #isInTurn({ immediate, commandSequence }: Sequenced): boolean {
    if (immediate) return true;
    const ahead = (commandSequence - this.#expectedCommand) | 0;
    if (ahead < 0 || ahead >= WINDOW) return false;
    if (ahead > 0) throw new ProtocolViolation('a command is missing in the only connection');
    this.#expectedCommand = (this.#expectedCommand + 1) >>> 0;
    return true;
  }

  /** Handles a PDU with a wrong data digest (RFC 7143 section 7.8). */
  #rejectDamaged(pdu: Pdu): void {
    this.#connection.log('a wrong data digest');
    this.#connection.reject(pdu, REJECTION.dataDigestError);
    if (pdu.opcode === DATA_OUT.opcode) this.#dataOut(pdu);
    // At error recovery level 0 the command is never repeated, and all later ones would wait for it.
    else if (!pdu.immediate) this.#connection.giveUp('a command is missing');
  }

  #dataOut(pdu: Pdu): void {
    const values = decodePdu(DATA_OUT, pdu);
    // Data of an aborted task may still arrive.
    this.#tasks.get(values.initiatorTaskTag)?.task.receive(values, pdu);
    this.#boundWaiting();
  }

  #nopOut(pdu: Pdu): void {
    const request = decodePdu(NOP_OUT, pdu);
    const { initiatorTaskTag, lun } = request;
    if (!this.#isInTurn(request) || initiatorTaskTag === NO_TAG) return;
    // A copy, because a view would keep the whole received PDU in memory.
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
        // Removed before the response: the initiator may reuse the tag as soon as it has the response.
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

  /** Aborts a task; resolves when it has ended, with whether there was one. */
  async abortTask(tag: number): Promise<boolean> {
    const running = this.#tasks.get(tag);
    running?.task.abort();
    await running?.ended;
    return running !== undefined;
  }

  /** Aborts the tasks of a logical unit, or all tasks; resolves with their number when they have ended. */
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

  /** For a connection that is closed or closing: aborts all tasks and removes the session from the target. */
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
