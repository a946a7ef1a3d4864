import type { LtoError, OnMedium } from '../../errors/index.js';
import type { TapeReceipt } from '../stream/file/receipt.js';
import { BufferedFiles } from './buffered-files.js';
import { closedError, lostError } from './session-errors.js';

interface OutcomeCalls {
  readonly onDurable: (upTo: OnMedium) => void;
  /** Nothing is buffered any more. */
  readonly onEmpty: () => void;
  /** Once. */
  readonly onOver: () => void;
}

/** The files of a session and what became of them: buffered, on the medium, or lost, with which the session is over. */
export class SessionOutcome {
  readonly files = new BufferedFiles();
  readonly #device: string;
  readonly #calls: OutcomeCalls;
  #safe: OnMedium | undefined;
  #over: LtoError | undefined;
  /** Files were lost, and no call has rejected with that yet. */
  #isUntold = false;

  constructor(device: string, calls: OutcomeCalls) {
    this.#device = device;
    this.#calls = calls;
  }

  /** Position up to which all data is known to be on the medium. */
  get safe(): OnMedium | undefined {
    return this.#safe;
  }

  get isOver(): boolean {
    return this.#over !== undefined;
  }

  get isUntold(): boolean {
    return this.#isUntold;
  }

  requireGoingOn(): void {
    if (this.#over) throw this.#over;
  }

  begin(at: OnMedium): void {
    this.#safe ??= at;
  }

  /** All before that logical object are on the medium. */
  settle(logicalObject: number): void {
    const last = this.files.settleUpTo(logicalObject);
    if (this.files.count === 0) this.#calls.onEmpty();
    if (last !== undefined) this.passed(last, last.firstLogicalObject);
  }

  /** A file is on the medium, and all before it. */
  passed({ fileNumber, records }: TapeReceipt, first: number | undefined): void {
    this.#safe = { fileNumber: fileNumber + 1, logicalObject: first === undefined ? undefined : first + records + 1 };
    this.#calls.onDurable(this.#safe);
  }

  /** Ends the session: files not proven to be on the medium are lost. Returns the error for them. */
  lose(reason: unknown): LtoError {
    if (this.#over) return this.#over;
    const error = lostError(this.#device, this.files.files, this.#safe, reason);
    this.#isUntold = this.files.count > 0;
    this.files.fail(error);
    return this.#end(error);
  }

  /** What can not be proven is lost. */
  async provenOrLost(prove: () => Promise<void>): Promise<void> {
    try {
      await prove();
    } catch (error) {
      this.requireGoingOn();
      throw this.files.count > 0 ? this.lose(error) : error;
    }
  }

  close(): void {
    this.#end(closedError(this.#device));
  }

  /** An error on its way to the caller. */
  told(error: unknown): unknown {
    if (error === this.#over) this.#isUntold = false;
    return error;
  }

  #end(over: LtoError): LtoError {
    if (this.#over) return this.#over;
    this.#over = over;
    this.#calls.onOver();
    return over;
  }
}
