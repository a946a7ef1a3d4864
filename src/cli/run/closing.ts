import { warn } from '../output/notes.js';
import { exitCodeFor } from './exit-codes.js';

/**
 * Waits for `work`, then closes what it used. That closing fails never replaces what came of the work, such as the receipt
 * of a file that is on tape: it is told, and is the exit code of a command that would have ended with 0. A cartridge may not
 * be back in its slot.
 */
export function closedAfter<T>(work: Promise<T>, close: () => Promise<unknown>): Promise<T> {
  return closed(work, close, (error) => {
    process.exitCode = exitCodeFor(error);
  });
}

/** As `closedAfter`, for what is no condition of success: a catalogue beside a file that is written. */
export function letGoAfter<T>(work: Promise<T>, close: () => Promise<unknown>): Promise<T> {
  return closed(work, close, () => undefined);
}

async function closed<T>(
  work: Promise<T>,
  close: () => Promise<unknown>,
  failed: (error: unknown) => void,
): Promise<T> {
  try {
    return await work;
  } finally {
    await close().catch((error: unknown) => {
      warn(`what was used could not be closed: ${messageOf(error)}`);
      failed(error);
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
