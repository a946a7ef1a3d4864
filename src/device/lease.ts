import { requireSignal, unlessAborted } from '../arguments/signal.js';
import { DriveBusyError } from '../errors/index.js';
import { deviceClosed, type ScsiDevice } from './scsi-device.js';

/** The exclusive right to move the medium of a device. */
export interface Lease {
  /** Resolves when all earlier users have released the device. */
  readonly turn: Promise<void>;
  readonly release: () => void;
}

export interface StreamLease extends Lease {
  /** Makes `turn` resolve at once, because its caller no longer waits for it. */
  readonly giveUp: () => void;
  /** From now on other users wait for the release instead of being refused. */
  readonly ending: () => void;
}

/** Gives the medium of a device to one user at a time. */
export class LeaseQueue {
  readonly #device: ScsiDevice;
  readonly #onTurn: (by: object | undefined) => void | Promise<void>;
  /** The open stream, if any. */
  #stream: string | undefined;
  #last: Promise<void> = Promise.resolve();
  /** Releases that have not been called. */
  readonly #held = new Set<() => void>();
  #ended = false;

  /** `onTurn` is called between two users, with what the next one belongs to; it must not reject. */
  constructor(device: ScsiDevice, onTurn: (by: object | undefined) => void | Promise<void> = () => undefined) {
    this.#device = device;
    this.#onTurn = onTurn;
  }

  /**
   * Makes the caller the only user from the resolution of the lease's `turn` until its `release`. Motions wait for each
   * other, and for a stream that is ending. `by`: what the user is a part of, such as a session of several files.
   * Throws DriveBusyError while a stream is open, because a motion in the middle of it would misplace data, and
   * DriveClosedError after `end()`.
   */
  acquire(user: string, by?: object): Lease {
    this.#device.requireOpen(user);
    if (by === undefined) this.requireGoingOn(user);
    const holder = this.#stream;
    if (holder !== undefined) {
      throw new DriveBusyError(`${holder} is under way on this ${this.#device.noun}`, {
        device: this.#device.device,
        operation: user,
        next: 'Wait until it has ended, or destroy the stream',
      });
    }
    const turn = this.#last.then(() => this.#onTurn(by));
    let release = () => {};
    this.#last = new Promise((resolve) => {
      // A user that gives up early does not let later users overtake earlier ones.
      release = () => {
        this.#held.delete(release);
        void turn.then(resolve);
      };
    });
    this.#held.add(release);
    return { turn, release };
  }

  /** As `acquire`, for a stream: other users are refused until the stream calls `ending`. */
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

  /** Refuses new users, except those that belong to a current one, such as the end of a session. */
  end(): void {
    this.#ended = true;
  }

  /**
   * Throws DriveClosedError after `end()`: for a part of a current user that has not begun yet, such as a file of a session
   * that waits for its source, which nobody would end.
   */
  requireGoingOn(user: string): void {
    if (this.#ended) throw deviceClosed(this.#device, user);
  }

  /** Whether nobody has the medium or waits for it. */
  get isFree(): boolean {
    return this.#held.size === 0;
  }

  /** Resolves when all current users have released the device. */
  idle(): Promise<void> {
    return this.#last;
  }

  /**
   * Runs `work` as the only user. Rejects with the signal's reason, with nothing done, if `signal` is aborted before
   * its turn.
   */
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
