import { constants } from 'node:os';
import { LtoError, type LtoErrorDetails } from '../../errors/index.js';
import type { IncompleteFile } from '../../tape/stream/file/receipt.js';
import { printText } from '../output/terminal.js';

/** The user or the system stopped the work. */
export class InterruptedError extends LtoError {
  /** 128 plus the number of the signal. */
  readonly exitCode: number;
  /** The file that was being written, closed with a filemark. */
  readonly incomplete: IncompleteFile | undefined;
  constructor(signal: NodeJS.Signals, details: LtoErrorDetails & { readonly incomplete?: IncompleteFile | undefined }) {
    super('LTO_INTERRUPTED', told(details.incomplete), details);
    this.exitCode = 128 + constants.signals[signal];
    this.incomplete = details.incomplete;
  }
}

function told(incomplete: IncompleteFile | undefined): string {
  if (incomplete === undefined) return 'interrupted';
  const { fileNumber, records, bytes } = incomplete;
  return `interrupted: file ${fileNumber} is closed with a filemark, but holds only the first ${bytes} bytes (${records} records) of the source`;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The first signal stops the work cleanly; the second ends the process at once. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** The signal, if one was received. */
  received(): NodeJS.Signals | undefined;
}

/** Runs `work`, which must stop when `signal` is aborted. */
export async function interruptible<T>(work: (interruption: Interruption) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  const stop = (signal: NodeJS.Signals) => {
    if (received) process.exit(128 + constants.signals[signal]);
    received = signal;
    printText(process.stderr, 'lto: stopping; press again to end at once');
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, stop);
  try {
    return await work({ signal: controller.signal, received: () => received });
  } finally {
    for (const name of SIGNALS) process.off(name, stop);
  }
}
