// A view that is drawn again and again, on the terminal's other screen, so that what was there before comes back.

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const END_OF_LINE = '\u001b[K';
const REST = '\u001b[J';
const DEFAULT_WIDTH = 80;
const DEFAULT_HEIGHT = 24;

/** The terminal of standard output for a live view. It is as it was after `leave`, and however the process ends but by SIGKILL. */
export class Screen {
  readonly #restore = () => {
    process.stdout.write(LEAVE);
  };

  constructor() {
    process.stdout.write(ENTER);
    process.once('exit', this.#restore);
  }

  get width(): number {
    // A terminal without a size says 0.
    return process.stdout.columns || DEFAULT_WIDTH;
  }

  /** Replaces what is shown. Lines are cut at the edges; they must be free of control characters. */
  draw(lines: readonly string[]): void {
    const rows = process.stdout.rows || DEFAULT_HEIGHT;
    const fitting =
      lines.length < rows ? lines : [...lines.slice(0, rows - 2), `… ${lines.length - rows + 2} lines more`];
    const cut = fitting.map((line) => [...line].slice(0, this.width).join('') + END_OF_LINE);
    process.stdout.write(`${HOME}${cut.join('\r\n')}\r\n${REST}`);
  }

  leave(): void {
    process.off('exit', this.#restore);
    this.#restore();
  }
}
