// Without the library behind it: a command starts its thread before it loads anything else.
import { Worker } from 'node:worker_threads';

/** What a thread runs: a file, or its text. */
export interface ThreadScript {
  readonly code: string | URL;
  readonly isText: boolean;
}

/** A thread that was started before its data is known. */
interface WaitingThread {
  readonly script: ThreadScript;
  readonly thread: Worker;
  readonly forget: () => void;
}

let waiting: WaitingThread | undefined;

/**
 * Starts a thread for the next `takeThread` of that script: while it starts, its caller can load modules and open a
 * drive. An unused one does not keep the process alive. `youngMib`: room for what is garbage at once; more would only be
 * memory that is touched in turn.
 */
export function prepareThread(script: ThreadScript, youngMib: number): void {
  if (waiting !== undefined) return;
  const thread = newThread(script, youngMib);
  thread.unref();
  // `takeThread` then starts another one, whose user hears what is wrong.
  const forget = () => {
    waiting = undefined;
  };
  thread.once('error', forget).once('exit', forget);
  waiting = { script, thread, forget };
}

/** The thread that waits for data, or a new one. */
export function takeThread(script: ThreadScript, youngMib: number): Worker {
  if (waiting?.script !== script) return newThread(script, youngMib);
  const { thread, forget } = waiting;
  waiting = undefined;
  return thread.off('error', forget).off('exit', forget);
}

function newThread({ code, isText }: ThreadScript, youngMib: number): Worker {
  return new Worker(code, {
    eval: isText,
    // Options of the program's own start, such as --input-type, are not for this script.
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: youngMib },
  });
}
