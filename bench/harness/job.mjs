// One measurement in a process of its own, so that its CPU time and memory are its own.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onInterruption } from './interruption.mjs';

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url));

/**
 * Runs a function of `jobs/` in a new process and resolves with what it returned and what it used.
 * @param {string} job `file:function` of jobs/
 * @param {object} args for the function
 * @param {{ execArgv?: string[], warmUp?: { runs: number, args: object }, allocations?: boolean, loopDelay?: boolean }}
 *   options `warmUp`: the job runs so many times before it is measured, while there is time, with these arguments in
 *   place of its own: V8 has compiled by then what runs for long
 * @returns {Promise<{ value: unknown, usage: import('./meter.mjs').Usage }>}
 */
export function runJob(job, args, { execArgv = [], warmUp, ...meter } = {}) {
  return new Promise((resolve, reject) => {
    // A group of its own: what it has started ends with it.
    const child = fork(CHILD, { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'], detached: true });
    const ended = onInterruption(() => process.kill(-child.pid, 'SIGKILL'));
    child.once('exit', ended);
    let answer;
    child.once('message', (message) => {
      answer = message;
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (answer?.error) reject(new Error(`${job}: ${answer.error}`));
      else if (answer === undefined) reject(new Error(`${job}: ended with ${signal ?? code} and no answer`));
      else resolve(answer);
    });
    child.send({ job, args, warmUp, meter });
  });
}
