// What is to be done when the bench is told to end: children go, and then what they worked in.
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** @type {Set<() => void>} */
const actions = new Set();

/** Does it, without waiting, when a signal ends the bench; the last one first. Returns what takes that back. */
export function onInterruption(action) {
  if (actions.size === 0) for (const signal of SIGNALS) process.on(signal, end);
  actions.add(action);
  return () => {
    actions.delete(action);
    if (actions.size === 0) for (const signal of SIGNALS) process.off(signal, end);
  };
}

function end(signal) {
  for (const action of [...actions].reverse()) {
    try {
      action();
    } catch (error) {
      process.stderr.write(`bench: ${error instanceof Error ? error.message : error}\n`);
    }
  }
  process.exit(128 + constants.signals[signal]);
}
