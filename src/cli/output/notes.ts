import { jsonLines, printText, visible } from './terminal.js';

/** How a command speaks while it works. */
interface Manner {
  /** Only errors and warnings. */
  readonly quiet: boolean;
  /** A JSON document for each line, in place of text. */
  readonly json: boolean;
}

let manner: Manner = { quiet: false, json: false };

/** Set once, before the work of the command: what it says on stderr then obeys `--quiet` and `--json`. */
export function setManner({ quiet = false, json = false }: Partial<Manner>): void {
  // On a terminal somebody reads it, also while stdout with the document goes to a file.
  manner = { quiet, json: json && process.stderr.isTTY !== true };
}

/** Progress of long work, and notes: with `--json`, a line of stderr for each. */
export type WorkEvent =
  | { readonly event: 'note'; readonly message: string }
  | { readonly event: 'warning'; readonly message: string }
  | ({ readonly event: 'progress' } & ProgressEvent)
  | { readonly event: 'file'; readonly fileNumber: number; readonly records: number; readonly bad: number };

/** How far the work is; what is not known is left out. */
export interface ProgressEvent {
  /** What is done: `writing`, `reading`, `loading`. */
  readonly work: string;
  /** Seconds since the work began. */
  readonly seconds: number;
  readonly bytes?: number | undefined;
  readonly totalBytes?: number | undefined;
  readonly files?: number | undefined;
  /** Average since the work began. */
  readonly bytesPerSecond?: number | undefined;
  /** From 0 to 1, as the drive reports it. */
  readonly share?: number | undefined;
}

export function isQuiet(): boolean {
  return manner.quiet;
}

/** Whether notes and progress are JSON documents. */
export function speaksJson(): boolean {
  return manner.json;
}

/** Says on stderr what is done or not done: no error, and nothing that a program waits for. */
export function note(message: string): void {
  tell({ event: 'note', message }, `lto: ${visible(message)}`);
}

/** Says what was asked for and is not done although the command succeeds: with `--quiet`, too. */
export function warn(message: string): void {
  say({ event: 'warning', message }, `lto: ${visible(message)}`);
}

/** Says an event in JSON, or its text. */
export function tell(event: WorkEvent, text: string): void {
  if (!manner.quiet) say(event, text);
}

function say(event: WorkEvent, text: string): void {
  if (manner.json) process.stderr.write(jsonLines(event));
  else printText(process.stderr, text);
}
