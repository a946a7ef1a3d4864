import type { BufferedFiles } from './buffered-files.js';
import type { CommitLimits } from './session-options.js';

/** Milliseconds between two queries of what the drive has recorded, while files are buffered. */
const LOOK_MS = 1000;
/**
 * Milliseconds in which a drive that records has passed a mark: at its lowest speed, the buffer of an LTO-9 drive lasts
 * 6 s, and a stop takes 3 s.
 */
const PASSED_MS = 10_000;
/** Milliseconds without a file after which the drive has nothing left to stream. */
const IDLE_MS = 250;

interface ClockCalls {
  /** Commits when the file under way has ended, if `isWanted` is still true then. */
  readonly commit: (isWanted: () => boolean) => Promise<void>;
  /** Asks what the drive has recorded, and settles that. */
  readonly look: () => Promise<void>;
}

/**
 * Decides when the buffered files of a session need a flush, which stops the tape. A limit of bytes or files only marks
 * the position: a drive that streams records what is before the mark by itself, and a look at what it has recorded
 * settles it. It has to be flushed if no further file comes, if the mark is not passed in time, or if a file is buffered
 * for longer than the limit of seconds.
 */
export class SessionClock {
  readonly #limits: CommitLimits;
  readonly #files: BufferedFiles;
  readonly #calls: ClockCalls;
  /** Whether the drive tells what it has recorded; the first commit shows it. */
  driveTells = true;
  /** End of the files that had reached a limit, and when. */
  #mark: { readonly end: number; readonly since: number } | undefined;
  #looking: Promise<void> | undefined;
  #look: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #alarm: NodeJS.Timeout | undefined;
  /** When the alarm rings; by then less may be due. */
  #alarmAt = Number.POSITIVE_INFINITY;

  constructor(limits: CommitLimits, files: BufferedFiles, calls: ClockCalls) {
    this.#limits = limits;
    this.#files = files;
    this.#calls = calls;
  }

  /** Whether a limit of bytes or files is reached, and no look would settle anything. */
  get mustFlush(): boolean {
    return this.#isFull && !this.driveTells;
  }

  get #isFull(): boolean {
    return this.#files.reach(this.#limits);
  }

  fileBegins(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
  }

  /** A file is buffered, or failed. Keeps the process alive until everything buffered is settled. */
  fileEnded(): void {
    const { oldest } = this.#files;
    if (oldest === undefined) return;
    this.#look ??= setInterval(() => void this.#lookOnce(), LOOK_MS).unref();
    if (this.#mark !== undefined && oldest.end > this.#mark.end) this.#mark = undefined;
    if (this.#isFull) {
      this.#mark ??= { end: this.#files.end, since: performance.now() };
      const idle = setTimeout(() => void this.#calls.commit(() => this.#idle === idle && this.#isFull), IDLE_MS);
      this.#idle = idle;
    }
    this.#setAlarm();
  }

  stop(): void {
    for (const timer of [this.#look, this.#idle, this.#alarm]) clearTimeout(timer);
    this.#mark = undefined;
    this.#look = undefined;
    this.#alarmAt = Number.POSITIVE_INFINITY;
  }

  /** One query at a time. */
  #lookOnce(): Promise<void> {
    this.#looking ??= this.#calls.look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** When a flush can no longer be put off. */
  get #dueAt(): number {
    const { oldest } = this.#files;
    if (oldest === undefined) return Number.POSITIVE_INFINITY;
    const marked = this.#mark !== undefined && oldest.end <= this.#mark.end ? this.#mark.since : undefined;
    return Math.min(oldest.since + this.#limits.seconds * 1000, (marked ?? Number.POSITIVE_INFINITY) + PASSED_MS);
  }

  get #isDue(): boolean {
    return this.#dueAt <= performance.now();
  }

  #setAlarm(): void {
    const at = this.#dueAt;
    if (at >= this.#alarmAt) return;
    clearTimeout(this.#alarm);
    this.#alarmAt = at;
    this.#alarm = setTimeout(() => void this.#ring(), Math.max(0, at - performance.now()));
  }

  async #ring(): Promise<void> {
    this.#alarmAt = Number.POSITIVE_INFINITY;
    // The drive may have recorded it since the last look.
    if (this.#isDue) await this.#lookOnce();
    if (this.#isDue) await this.#calls.commit(() => this.#isDue);
    this.#setAlarm();
  }
}
