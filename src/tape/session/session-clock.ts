/** Milliseconds between two queries of what the drive has recorded, while files are buffered. */
const LOOK_MS = 1000;

/** The timers of a session while files are buffered: for the next commit, and for asking what is recorded. */
export class SessionClock {
  readonly #seconds: number;
  readonly #calls: { readonly commit: () => void; readonly look: () => void };
  #commit: NodeJS.Timeout | undefined;
  #look: NodeJS.Timeout | undefined;

  constructor(seconds: number, calls: { readonly commit: () => void; readonly look: () => void }) {
    this.#seconds = seconds;
    this.#calls = calls;
  }

  /** Starts with the first buffered file; keeps the process alive until the commit. */
  start(): void {
    this.#commit ??= setTimeout(() => {
      this.#commit = undefined;
      this.#calls.commit();
    }, this.#seconds * 1000);
    this.#look ??= setInterval(this.#calls.look, LOOK_MS).unref();
  }

  stop(): void {
    clearTimeout(this.#commit);
    clearInterval(this.#look);
    this.#commit = undefined;
    this.#look = undefined;
  }
}
