import { constants } from 'node:os';
import { LtoError, type LtoErrorDetails } from '../../errors/index.js';
import { withParts } from '../../errors/with-parts.js';
import type { IncompleteFile } from '../../tape/stream/file/receipt.js';
import { note } from '../output/notes.js';

/** Where the tape stands after an interruption. */
export interface StandsAt {
  readonly partition: number;
  /** Blocks and filemarks before it. */
  readonly logicalObject: number;
  /** Filemarks before it, if they are counted. */
  readonly fileNumber?: number | undefined;
}

interface InterruptedDetails extends LtoErrorDetails {
  readonly incomplete?: IncompleteFile | undefined;
  readonly position?: StandsAt | undefined;
}

/** The user or the system stopped the work. */
export class InterruptedError extends LtoError {
  /** 128 plus the number of the signal. */
  readonly exitCode: number;
  /** The file that was being written, closed with a filemark. */
  readonly incomplete: IncompleteFile | undefined;
  /** Undefined if the drive does not tell it. */
  readonly position: StandsAt | undefined;
  constructor(signal: NodeJS.Signals, details: InterruptedDetails) {
    super('LTO_INTERRUPTED', told(details), details);
    this.exitCode = 128 + constants.signals[signal];
    this.incomplete = details.incomplete;
    this.position = details.position;
  }
}

function told({ incomplete, position }: InterruptedDetails): string {
  const parts = [];
  if (incomplete !== undefined) {
    const { fileNumber, records, bytes } = incomplete;
    parts.push(
      `file ${fileNumber} is closed with a filemark, but holds only the first ${bytes} bytes (${records} records) of the source`,
    );
  }
  if (position !== undefined) parts.push(`the tape stands at ${standsAtText(position)}`);
  return parts.length === 0 ? 'interrupted' : `interrupted: ${parts.join('; ')}`;
}

/** `partition 0, logical object 12, in file 3`. */
export function standsAtText({ partition, logicalObject, fileNumber }: StandsAt): string {
  const file = fileNumber === undefined ? '' : `, in file ${fileNumber}`;
  return `partition ${partition}, logical object ${logicalObject}${file}`;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The first signal stops the work cleanly; the second ends the process at once. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** The signal, if one was received. */
  received(): NodeJS.Signals | undefined;
}

/**
 * Runs `work`, which must stop when `signal` is aborted. Whatever it rejects with after a signal becomes an
 * InterruptedError: the user ended the command, so that it never ends as if something had failed.
 */
export async function interruptible<T>(work: (interruption: Interruption) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  const stop = (signal: NodeJS.Signals) => {
    if (received) process.exit(128 + constants.signals[signal]);
    received = signal;
    note('stopping; press again to end at once');
    controller.abort();
  };
  const interruption: Interruption = { signal: controller.signal, received: () => received };
  for (const name of SIGNALS) process.on(name, stop);
  try {
    return await work(interruption);
  } catch (error) {
    const name = interruption.received();
    throw name === undefined || error instanceof InterruptedError ? error : interruptedBy(name, error);
  } finally {
    for (const name of SIGNALS) process.off(name, stop);
  }
}

function interruptedBy(signal: NodeJS.Signals, cause: unknown): InterruptedError {
  if (!(cause instanceof LtoError)) return new InterruptedError(signal, { cause });
  return withParts(new InterruptedError(signal, { device: cause.device, cause }), cause.parts ?? []);
}
