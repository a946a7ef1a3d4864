import { requireSignal, unlessAborted } from '../arguments/signal.js';
import { DriveBusyError } from '../errors/index.js';
import { driveClosed, type ScsiDevice } from './scsi-device.js';

/** The right to be the only one who moves the medium of a device. */
export interface Lease {
  /** Resolves when all who came before have released it. */
  readonly turn: Promise<void>;
  readonly release: () => void;
}

export interface StreamLease extends Lease {
  /** Has `turn` resolve at once, whether it has come or not: nobody waits for it any more. */
  readonly giveUp: () => void;
  /** From here on others may wait for the release, instead of being refused. */
  readonly ending: () => void;
}

/** Gives the medium of a device to one user at a time. */
export class LeaseQueue {
  readonly #device: ScsiDevice;
  readonly #onTurn: (by: object | undefined) => void | Promise<void>;
  /** The stream that is open, if one is. */
  #stream: string | undefined;
  #last: Promise<void> = Promise.resolve();
  #ended = false;

  /** `onTurn` is called between two users, with what the next one belongs to; it may not reject. */
  constructor(device: ScsiDevice, onTurn: (by: object | undefined) => void | Promise<void> = () => undefined) {
    this.#device = device;
    this.#onTurn = onTurn;
  }

  /**
   * Makes the caller the only user, as soon as the lease's `turn` has come and until its `release`. Throws DriveBusyError
   * while a stream is open, since motion in the middle of one would put data where it does not belong; motions wait for
   * each other, and for a stream that is ending. `by`: what the user is a part of, such as a session of several files.
   * Throws DriveClosedError after `end()`.
   */
  acquire(user: string, by?: object): Lease {
    this.#device.requireOpen(user);
    if (this.#ended && by === undefined) throw driveClosed(this.#device.device, user);
    const holder = this.#stream;
    if (holder !== undefined) {
      throw new DriveBusyError(`${holder} is under way on this drive`, {
        device: this.#device.device,
        operation: user,
        next: 'Wait until it has ended, or destroy the stream',
      });
    }
    const turn = this.#last.then(() => this.#onTurn(by));
    let release = () => {};
    this.#last = new Promise((resolve) => {
      // One that was given up before its turn lets nobody overtake those who came before.
      release = () => void turn.then(resolve);
    });
    return { turn, release };
  }

  /** As `acquire`, for a stream: others are refused until it says that it is ending. */
  acquireStream(stream: string, by?: object): StreamLease {
    const { turn, release } = this.acquire(stream, by);
    this.#stream = stream;
    const ending = () => {
      this.#stream = undefined;
    };
    let giveUp = () => {};
    const turnOrGivenUp = new Promise<void>((resolve) => {
      giveUp = resolve;
      void turn.then(resolve);
    });
    return { turn: turnOrGivenUp, release, giveUp, ending };
  }

  /** Lets nobody in any more but what belongs to a user that is still there, such as the end of a session. */
  end(): void {
    this.#ended = true;
  }

  /** Resolves when all who have acquired it so far have released it. */
  idle(): Promise<void> {
    return this.#last;
  }

  /** Runs `work` as the only user. Its turn is given up, with nothing done, when `signal` is aborted before it comes. */
  async exclusively<T>(user: string, work: () => Promise<T>, signal?: AbortSignal, by?: object): Promise<T> {
    requireSignal(signal, { device: this.#device.device, operation: user });
    signal?.throwIfAborted();
    const { turn, release } = this.acquire(user, by);
    try {
      await unlessAborted(turn, signal);
      return await work();
    } finally {
      release();
    }
  }
}
