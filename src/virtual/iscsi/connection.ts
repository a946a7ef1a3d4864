import type { Socket } from 'node:net';
import type { Guest, Places, TimeLimits } from './limits.js';
import type { ChapOptions } from './login/chap.js';
import { LOGIN_STATUS, type Login, LoginNegotiation, LoginRefused } from './login/login.js';
import { LOGIN_RECEIVE_BYTES, MAX_RECEIVE_BYTES, Parameters } from './login/parameters.js';
import { NO_DIGESTS } from './pdu/digest.js';
import { LOGIN_REQUEST, LOGIN_RESPONSE, NO_TAG, NOP_IN, type PduLayout, REJECT, type Values } from './pdu/layouts.js';
import { decodePdu, encodePdu, type Pdu, PduReader, ProtocolViolation } from './pdu/pdu.js';
import { Session, type SessionLink } from './session.js';
import type { Target } from './target/target.js';

/** What the connections of a server share. */
export interface Service {
  readonly targets: readonly Target[];
  readonly chap: ChapOptions | undefined;
  readonly log: (line: string) => void;
  /** Returns a number (TSIH) for a new session that no open session has. */
  readonly nextHandle: () => number;
  readonly places: Places;
  readonly limits: TimeLimits;
}

/** Target Transfer Tag of a NOP-In that asks for an answer. */
const PING_TAG = 1;

/** One TCP connection of an initiator: its PDUs, their sequence numbers, and closing it. */
export class Connection implements Guest, SessionLink {
  readonly address: string;
  readonly parameters = new Parameters();
  readonly #socket: Socket;
  readonly #service: Service;
  readonly #peer: string;
  readonly #reader = new PduReader(LOGIN_RECEIVE_BYTES);
  /** PDUs of the last received bytes that are not handled yet. */
  #pdus: Iterator<Pdu> = [].values();
  readonly #login: LoginNegotiation;
  /** Closes the connection if the login, a discovery, a sign of life or the end takes too long. */
  #timer: NodeJS.Timeout | undefined;
  /** Closes the connection if the initiator does not read its answers. */
  #stall: NodeJS.Timeout | undefined;
  #session: Session | undefined;
  /** The login has succeeded, and its session is being set up. */
  #joining = false;
  /** Nothing more is accepted from the initiator. */
  #ending = false;
  /** Digests of the PDUs that are sent. */
  #digests = NO_DIGESTS;
  /** StatSN of the next answer. */
  #status = 1;

  constructor(socket: Socket, service: Service) {
    this.#socket = socket;
    this.#service = service;
    this.address = String(socket.remoteAddress);
    this.#peer = `${this.address}:${socket.remotePort}`;
    this.#login = new LoginNegotiation(service.targets, service.chap, this.parameters);
    this.#closeAfter(service.limits.login, 'no login in time');
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.#receive(bytes));
    socket.on('drain', () => this.#advance());
    socket.on('error', (error) => this.log(error.message));
    service.places.enter(this);
    socket.on('close', () => {
      clearTimeout(this.#timer);
      clearTimeout(this.#stall);
      service.places.leave(this);
      this.#session?.close().catch((error: unknown) => this.fail(error));
    });
  }

  get targets(): readonly Target[] {
    return this.#service.targets;
  }

  /** The address that the initiator connected to, in the form of TargetAddress. */
  get localAddress(): string {
    const { localAddress = '', localPort } = this.#socket;
    return `${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`;
  }

  /** Sends a PDU that does not advance the status sequence number. */
  send<L extends PduLayout>(layout: L, values: Partial<Values<L>>, data?: Uint8Array): void {
    const sequenced = { ...values, statusSequence: this.#status, ...this.#session?.window };
    this.#write(encodePdu(layout, sequenced as Partial<Values<L>>, { data, digests: this.#digests }));
  }

  /** Sends an answer and advances the status sequence number. */
  reply<L extends PduLayout>(layout: L, values: Partial<Values<L>>, data?: Uint8Array): void {
    this.send(layout, values, data);
    this.#status = (this.#status + 1) >>> 0;
  }

  /** Logs one line about this initiator. */
  log(line: string): void {
    this.#service.log(`${this.#peer}: ${line}`);
  }

  /** Refuses a PDU: sends its header back with the reason. The session continues. */
  reject({ header }: Pdu, reason: number): void {
    this.reply(REJECT, { final: true, initiatorTaskTag: NO_TAG, reason }, header);
  }

  /** Closes the connection when everything is sent. */
  end(): void {
    this.#ending = true;
    this.#closeAfter(this.#service.limits.end, 'the last answers are not fetched');
    this.#socket.end();
  }

  /** Closes the connection when everything is sent, because it can't continue. */
  giveUp(why: string): void {
    this.log(`${why}; the connection is closed`);
    this.end();
  }

  /** Closes the connection at once. */
  close(why: string): void {
    if (this.#socket.destroyed) return;
    this.log(`${why}; the connection is closed`);
    this.#socket.destroy();
  }

  /** Closes the connection after an unexpected error; the drive is left as it is. */
  fail(error: unknown): void {
    this.close(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }

  #write(pieces: readonly Uint8Array[]): void {
    if (!this.#socket.writable) return;
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.uncork();
  }

  /** Resolves when the initiator has read enough of what was sent, or the signal is aborted. */
  ready(signal: AbortSignal): Promise<void> {
    const socket = this.#socket;
    if (!socket.writableNeedDrain || socket.destroyed || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        socket.off('drain', done).off('close', done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      socket.on('drain', done).on('close', done);
      signal.addEventListener('abort', done);
    });
  }

  #receive(bytes: Uint8Array): void {
    if (this.#session?.target !== undefined && !this.#ending) this.#awaitWord();
    this.#pdus = this.#reader.push(bytes);
    this.#advance();
  }

  /** Handles the received PDUs; pauses while the initiator does not read its answers. */
  #advance(): void {
    clearTimeout(this.#stall);
    try {
      while (!this.#socket.destroyed && !this.#ending) {
        if (this.#socket.writableNeedDrain) {
          this.#socket.pause();
          this.#stall = setTimeout(() => this.close('it does not fetch its answers'), this.#service.limits.reading);
          return;
        }
        const { value: pdu, done } = this.#pdus.next();
        if (done) break;
        if (this.#session === undefined) this.#logIn(pdu);
        else this.#session.take(pdu);
      }
      this.#socket.resume();
    } catch (error) {
      if (error instanceof ProtocolViolation) this.close(`against the protocol: ${error.message}`);
      else this.fail(error);
    }
  }

  #logIn(pdu: Pdu): void {
    if (pdu.opcode !== LOGIN_REQUEST.opcode || this.#joining) throw new ProtocolViolation('no login request');
    const request = decodePdu(LOGIN_REQUEST, pdu);
    try {
      // Error recovery level 0: a new connection cannot join an existing session.
      if (request.sessionHandle !== 0) throw new LoginRefused(LOGIN_STATUS.sessionDoesNotExist, 'no such session');
      const { values, text, done } = this.#login.answer(request, pdu.data);
      if (done === undefined) this.#answerLogin(request, values, text);
      else
        this.#begin(request, done, () =>
          this.#answerLogin(request, { ...values, sessionHandle: this.#service.nextHandle() }, text),
        );
    } catch (error) {
      if (!(error instanceof LoginRefused)) throw error;
      this.log(`login refused: ${error.message}`);
      this.#answerLogin(request, { status: error.status }, new Uint8Array(0));
      this.end();
    }
  }

  /** Sets up the session; `answer` completes the login, after which the initiator may send commands. */
  #begin({ commandSequence }: Values<typeof LOGIN_REQUEST>, login: Login, answer: () => void): void {
    const session = new Session(this, login, commandSequence);
    const { target, nexus } = session;
    if (target !== undefined && !this.#service.places.promote(this, target.knows(nexus))) {
      throw new LoginRefused(LOGIN_STATUS.outOfResources, 'there are too many sessions');
    }
    this.#joining = true;
    if (target !== undefined) this.#reader.limit = MAX_RECEIVE_BYTES;
    // The answer itself has no digests; what the initiator sends after it does.
    const { digests } = this.parameters;
    this.#reader.digests = digests;
    this.#join(session)
      .then(() => {
        this.#session = session;
        if (target !== undefined) this.#awaitWord();
        else this.#closeAfter(this.#service.limits.discovery, 'a discovery without an end');
        answer();
        this.#digests = digests;
      })
      .catch((error: unknown) => this.fail(error));
  }

  async #join(session: Session): Promise<void> {
    await session.target?.join(session);
    // If the connection was closed in the meantime, the session must be ended here.
    if (this.#socket.destroyed) await session.close();
  }

  #closeAfter(ms: number, why: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.close(why), ms);
  }

  /** Pings a silent session (RFC 7143 section 11.19): its initiator may be gone. */
  #awaitWord(): void {
    const { silence, ping } = this.#service.limits;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#closeAfter(ping, 'no sign of life');
      this.send(NOP_IN, { final: true, initiatorTaskTag: NO_TAG, targetTransferTag: PING_TAG });
    }, silence);
  }

  #answerLogin(
    { sessionId, sessionHandle, initiatorTaskTag, commandSequence }: Values<typeof LOGIN_REQUEST>,
    values: Partial<Values<typeof LOGIN_RESPONSE>>,
    text: Uint8Array,
  ): void {
    const window = { expectedCommandSequence: commandSequence, maximumCommandSequence: commandSequence };
    this.reply(LOGIN_RESPONSE, { sessionId, sessionHandle, initiatorTaskTag, ...window, ...values }, text);
  }
}
