import { printText, visible } from './terminal.js';
import { formatBytes, formatDuration, formatRate } from './units.js';

/** Long work that moves bytes. */
export interface Work {
  /** `writing`, `reading`. */
  readonly label: string;
  /** Total bytes, if known. */
  readonly total?: number | undefined;
  /** Bytes so far. */
  readonly done: () => number;
  /** Files so far, if they are counted. */
  readonly files?: (() => number) | undefined;
}

const BAR_MS = 200;
const LINE_MS = 5000;

/** The progress display of running work. */
export interface Progress {
  /** Hides the display while `ask` uses the terminal. */
  paused<T>(ask: () => Promise<T>): Promise<T>;
}

/** Shows progress on stderr while `run` works: a bar on a terminal, otherwise a line every 5 seconds. */
export async function withProgress<T>(work: Work, run: (progress: Progress) => Promise<T>): Promise<T> {
  const start = async () => (process.stderr.isTTY ? startBar(work) : startLines(work));
  let stop = await start();
  const paused = async <A>(ask: () => Promise<A>): Promise<A> => {
    stop();
    try {
      return await ask();
    } finally {
      stop = await start();
    }
  };
  try {
    return await run({ paused });
  } finally {
    stop();
  }
}

async function startBar(work: Work): Promise<() => void> {
  const { SingleBar } = await import('cli-progress');
  const tell = teller(work);
  const bar = new SingleBar({
    format: work.total === undefined ? '{label} {told}' : '{label} [{bar}] {percentage}% {told}',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
  });
  const payload = () => ({ label: visible(work.label), told: tell() });
  bar.start(work.total ?? 1, 0, payload());
  const timer = setInterval(() => bar.update(Math.min(work.done(), work.total ?? 1), payload()), BAR_MS);
  return () => {
    clearInterval(timer);
    bar.stop();
  };
}

function startLines(work: Work): () => void {
  const tell = teller(work);
  const timer = setInterval(() => printText(process.stderr, `lto: ${visible(work.label)} ${tell()}`), LINE_MS);
  return () => clearInterval(timer);
}

/** Amount, average speed and remaining time. */
function teller({ total, done, files }: Work): () => string {
  const begun = performance.now();
  return () => {
    const bytes = done();
    const rate = bytes / Math.max(0.001, (performance.now() - begun) / 1000);
    const amount = total === undefined ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(total)}`;
    const rest = total === undefined || rate === 0 ? '' : `, ${formatDuration(Math.max(0, total - bytes) / rate)} left`;
    const count = files === undefined ? '' : `${files()} files, `;
    return `${count}${amount}, ${formatRate(rate)}${rest}`;
  };
}
