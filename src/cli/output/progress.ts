import { isQuiet, type ProgressEvent, speaksJson, tell } from './notes.js';
import { visible } from './terminal.js';
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

/** Long work inside the drive, of which the drive tells at most a share. */
export interface Wait {
  readonly label: string;
  /** From 0 to 1, if the drive tells it. */
  readonly share?: (() => number | undefined) | undefined;
  /** What the drive says that it does. */
  readonly why?: (() => string | undefined) | undefined;
}

/** What a display shows: the event for programs, the text for people. */
interface Shown {
  readonly label: string;
  /** The part of a bar, from 0 to 1; undefined without a bar. */
  readonly hasBar: boolean;
  event(): ProgressEvent;
  /** What follows the label and the bar. */
  text(event: ProgressEvent): string;
}

const BAR_MS = 200;
const LINE_MS = 5000;
const EVENT_MS = 1000;

/** The progress display of running work. */
export interface Progress {
  /** Hides the display while `ask` uses the terminal. */
  paused<T>(ask: () => Promise<T>): Promise<T>;
}

/**
 * Shows progress on stderr while `run` works: a bar on a terminal, a line every 5 seconds elsewhere; with `--json` a
 * document every second and at the end.
 */
export function withProgress<T>(work: Work, run: (progress: Progress) => Promise<T>): Promise<T> {
  return shown(showBytes(work), run);
}

/** As `withProgress`, for work inside the drive. */
export function withWaiting<T>(wait: Wait, run: () => Promise<T>): Promise<T> {
  return shown(showWait(wait), run);
}

async function shown<T>(show: Shown, run: (progress: Progress) => Promise<T>): Promise<T> {
  const start = async () => {
    if (isQuiet()) return () => undefined;
    if (speaksJson()) return startEvents(show);
    return process.stderr.isTTY ? startBar(show) : startLines(show);
  };
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

async function startBar(show: Shown): Promise<() => void> {
  const { SingleBar } = await import('cli-progress');
  const bar = new SingleBar({
    format: show.hasBar ? '{label} [{bar}] {percentage}% {told}' : '{label} {told}',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    noTTYOutput: false,
  });
  const draw = () => {
    const event = show.event();
    const { totalBytes, bytes = 0, share } = event;
    const part = share ?? (totalBytes ? bytes / totalBytes : 0);
    return [Math.min(part, 1), { label: visible(show.label), told: visible(show.text(event)) }] as const;
  };
  const [part, payload] = draw();
  bar.start(1, part, payload);
  const timer = setInterval(() => bar.update(...draw()), BAR_MS);
  return () => {
    clearInterval(timer);
    bar.stop();
  };
}

function startLines(show: Shown): () => void {
  const timer = setInterval(() => tellProgress(show), LINE_MS);
  return () => clearInterval(timer);
}

function startEvents(show: Shown): () => void {
  const timer = setInterval(() => tellProgress(show), EVENT_MS);
  return () => {
    clearInterval(timer);
    tellProgress(show);
  };
}

function tellProgress(show: Shown): void {
  const event = show.event();
  const share = event.share === undefined ? '' : ` ${Math.round(event.share * 100)} %`;
  tell({ event: 'progress', ...event }, `lto: ${visible(`${show.label}${share} ${show.text(event)}`)}`);
}

function clock(): () => number {
  const begun = performance.now();
  return () => Math.max(0.001, Math.round(performance.now() - begun) / 1000);
}

/** Amount, average speed and remaining time. */
function showBytes({ label, total, done, files }: Work): Shown {
  const elapsed = clock();
  const event = () => {
    const seconds = elapsed();
    const bytes = done();
    const rate = Math.round(bytes / seconds);
    return { work: label, seconds, bytes, totalBytes: total, files: files?.(), bytesPerSecond: rate };
  };
  const text = ({ bytes = 0, bytesPerSecond: rate = 0, files: count }: ProgressEvent) => {
    const amount = total === undefined ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(total)}`;
    const isOpen = total === undefined || rate === 0;
    const rest = isOpen ? '' : `, ${formatDuration(Math.max(0, total - bytes) / rate)} left`;
    return `${count === undefined ? '' : `${count} files, `}${amount}, ${formatRate(rate)}${rest}`;
  };
  return { label, hasBar: total !== undefined, event, text };
}

function showWait({ label, share, why }: Wait): Shown {
  const elapsed = clock();
  const event = () => ({ work: label, seconds: elapsed(), share: share?.() });
  const text = ({ seconds }: ProgressEvent) => {
    const reason = why?.();
    return `${formatDuration(seconds)}${reason === undefined ? '' : `, ${reason}`}`;
  };
  return { label, hasBar: share !== undefined, event, text };
}
