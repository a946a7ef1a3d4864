// How the event loop goes round while something else is at work.

/** Milliseconds for which `work()` keeps the JavaScript thread. */
const WORK_MS = 5;

/** Keeps the JavaScript thread, as a source or a consumer does that is never waited for. */
export function work(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WORK_MS);
}

/** Counts the calls of `note()` in each turn of the event loop; `stop()` returns them, the turns in order. */
export function countTurns() {
  const turns = [0];
  let ended = false;
  const count = () => {
    turns.push(0);
    if (!ended) setImmediate(count);
  };
  setImmediate(count);
  const note = () => {
    turns.push((turns.pop() ?? 0) + 1);
  };
  const stop = () => {
    ended = true;
    return turns;
  };
  return { note, stop };
}
