import { DriveClosedError } from '../../errors/index.js';

/** Queue of calls to a device, run one at a time; refuses new ones once it is closed. */
export class CommandQueue {
  readonly #device: string;
  readonly #noun: string;
  /** Settles when all calls so far are done. */
  #last: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /** `noun`: how messages name the device. */
  constructor(device: string, noun = 'drive') {
    this.#device = device;
    this.#noun = noun;
  }

  /** Runs the action after all earlier ones. Rejects with DriveClosedError after `close()`. */
  add<T>(action: () => Promise<T>): Promise<T> {
    return this.atOnce(() => {
      const result = this.#last.then(action);
      this.#last = result.catch(() => undefined);
      return result;
    });
  }

  /** Runs the action without waiting for others. Rejects with DriveClosedError after `close()`. */
  async atOnce<T>(action: () => Promise<T>): Promise<T> {
    if (this.#closing === undefined) return action();
    throw new DriveClosedError(`the ${this.#noun} was closed`, { device: this.#device });
  }

  /** Closes the queue; `last` is done when it is empty. A second call does nothing more. */
  close(last: () => Promise<void>): Promise<void> {
    this.#closing ??= this.#last.then(last);
    return this.#closing;
  }
}
