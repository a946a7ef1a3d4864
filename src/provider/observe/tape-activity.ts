import { readTapeStatistics, type TapeStatistics } from '../../backends/linux/tape-statistics.js';
import type { ActivitySeen, DirectionSeen } from './observation.js';

const SAMPLE_MS = 250;
/** Without data for so long, a drive's buffer is empty and the tape stops. */
const STOP_MS = 1000;
/** A longer pause is between two jobs. */
const JOB_MS = 60_000;
const WINDOW_MS = 1000;

type Counter = (statistics: TapeStatistics) => number;

/** One direction of a drive, from the driver's counters at several times. */
class Direction {
  readonly #bytes: Counter;
  readonly #window: { readonly at: number; readonly bytes: number }[] = [];
  #movedAt: number | undefined;
  /** Since when the driver has had nothing to do. */
  #idleSince: number | undefined;
  /** The longest such time since data moved. */
  #idleMs = 0;
  #backHitches = 0;

  constructor(bytes: Counter) {
    this.#bytes = bytes;
  }

  add(statistics: TapeStatistics, at: number): void {
    const bytes = this.#bytes(statistics);
    const moved = bytes !== this.#window.at(-1)?.bytes && this.#window.length > 0;
    if (moved) {
      if (this.#hasStopped(at)) this.#backHitches += 1;
      this.#movedAt = at;
      this.#idleSince = undefined;
      this.#idleMs = 0;
    } else this.#rest(statistics.inFlight === 0, at);
    this.#window.push({ at, bytes });
    while (this.#window.length > 2 && at - (this.#window[1]?.at ?? at) >= WINDOW_MS) this.#window.shift();
  }

  get seen(): DirectionSeen {
    const [first] = this.#window;
    const last = this.#window.at(-1);
    const seconds = first && last ? (last.at - first.at) / 1000 : 0;
    const bytesPerSecond = first && last && seconds > 0 ? (last.bytes - first.bytes) / seconds : 0;
    return { bytesPerSecond: Math.max(0, bytesPerSecond), backHitches: this.#backHitches };
  }

  #rest(isIdle: boolean, at: number): void {
    this.#idleSince ??= isIdle ? at : undefined;
    if (this.#idleSince !== undefined) this.#idleMs = Math.max(this.#idleMs, at - this.#idleSince);
    if (!isIdle) this.#idleSince = undefined;
  }

  /** A drive that is busy with a record makes its host wait: only an idle driver is a host without data. */
  #hasStopped(at: number): boolean {
    if (this.#movedAt === undefined) return false;
    const idleMs = Math.max(this.#idleMs, this.#idleSince === undefined ? 0 : at - this.#idleSince);
    return idleMs >= STOP_MS && at - this.#movedAt < JOB_MS;
  }
}

/** Looks at what the driver counts, several times a second, without a command to the drive. */
export class TapeActivity {
  readonly #node: string;
  readonly #root: string;
  readonly #writing = new Direction(({ bytesWritten }) => bytesWritten);
  readonly #reading = new Direction(({ bytesRead }) => bytesRead);
  readonly #timer: NodeJS.Timeout;
  #isLooking = false;

  constructor(node: string, root = '/') {
    this.#node = node;
    this.#root = root;
    this.#timer = setInterval(() => void this.#look(), SAMPLE_MS);
    this.#timer.unref();
  }

  get seen(): ActivitySeen {
    return { writing: this.#writing.seen, reading: this.#reading.seen };
  }

  /** `at`: milliseconds. */
  add(statistics: TapeStatistics, at: number): void {
    this.#writing.add(statistics, at);
    this.#reading.add(statistics, at);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const statistics = await readTapeStatistics(this.#node, this.#root);
    this.#isLooking = false;
    if (statistics) this.add(statistics, performance.now());
  }
}
