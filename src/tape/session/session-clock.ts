/** How often the drive is asked what it has recorded, while something is buffered. */
const LOOK_MS = 1000;

/** The times of a session while something is buffered: when it commits, and when it looks what is recorded. */
export class SessionClock {
  readonly #seconds: number;
  readonly #calls: { readonly commit: () => void; readonly look: () => void };
  #commit: NodeJS.Timeout | undefined;
  #look: NodeJS.Timeout | undefined;

  constructor(seconds: number, calls: { readonly commit: () => void; readonly look: () => void }) {
    this.#seconds = seconds;
    this.#calls = calls;
  }

  /** From the first file that is buffered on; a process does not end before the commit. */
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
