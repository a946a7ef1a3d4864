// Runs the phases of the test command, several at a time, so that all cores are used: much of them uses one only, and
// the kernel lab can use no more. Each writes into a file, which is shown whole when the phase has ended.
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

/**
 * @typedef {(command: string, args: string[], env?: Record<string, string>) => Promise<number>} Start runs a program
 *   and resolves with its exit status, 128 and more for a signal
 * @typedef {{ title: string, run: (start: Start) => Promise<boolean> }} Phase `run` tells whether all is well
 */

/** How often is told what is under way, ms. */
const PROGRESS_EVERY = 30_000;
/** How much of the end of an output is looked at for its last line, bytes. */
const TAIL = 2048;

/**
 * Runs phases in their order, up to `jobs` at a time; one at a time writes straight to this process's output.
 * @param {readonly Phase[]} phases
 * @param {{ jobs: number, folder: string, write?: (text: string) => void, progressEvery?: number }} options `folder` is
 *   for the outputs
 * @returns {Promise<string[]>} titles of those that failed, in their order
 */
export async function runPhases(phases, options) {
  const { jobs, folder, write = (text) => process.stdout.write(text), progressEvery = PROGRESS_EVERY } = options;
  const waiting = phases.map((phase, index) => ({ ...phase, index, output: join(folder, `phase-${index}.log`) }));
  const failed = [];
  const running = new Set();
  const live = jobs === 1;
  const children = childProcesses(() => [...running].map(({ title, output }) => `\n--- ${title}\n${textOf(output)}`));

  async function runOne(phase) {
    const { title, index, output } = phase;
    const begun = performance.now();
    running.add(phase);
    write(live ? `\n--- ${title}\n` : `    started: ${title}\n`);
    const fd = live ? undefined : openSync(output, 'a');
    const good = await phase
      .run((...program) => children.start(program, fd))
      .catch((error) => {
        write(`${title}: ${error.stack}\n`);
        return false;
      });
    if (fd !== undefined) closeSync(fd);
    running.delete(phase);
    if (!good) failed.push({ title, index });
    const seconds = Math.round((performance.now() - begun) / 1000);
    if (live) write(`    ${seconds} s\n`);
    else write(`\n--- ${title} (${seconds} s)\n${textOf(output)}`);
  }

  async function runNext() {
    for (let phase = waiting.shift(); phase !== undefined; phase = waiting.shift()) await runOne(phase);
  }

  const begun = performance.now();
  const progress = () => {
    const what = [...running].map(({ title, output }) => `${title}: ${lastLine(output)}`).join('\n      ');
    write(`    ${Math.round((performance.now() - begun) / 1000)} s\n      ${what}\n`);
  };
  const timer = live ? undefined : setInterval(progress, progressEvery);
  try {
    await Promise.all(Array.from({ length: jobs }, runNext));
  } finally {
    clearInterval(timer);
    children.end();
  }
  return failed.toSorted((a, b) => a.index - b.index).map(({ title }) => title);
}

/**
 * Starts programs in process groups of their own. A signal to this process ends them all, and then this process, which
 * shows what they have said until then.
 * @param {() => string[]} outputs
 */
function childProcesses(outputs) {
  const groups = new Set();
  const interrupted = (signal) => {
    for (const pid of groups) killGroup(pid);
    for (const text of outputs()) process.stdout.write(text);
    process.exit(128 + constants.signals[signal]);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.once(signal, interrupted);

  /** @returns {Promise<number>} */
  function start([command, args, env = {}], fd) {
    return new Promise((resolve, reject) => {
      const stdio = fd === undefined ? 'inherit' : ['ignore', fd, fd];
      const child = spawn(command, args, { stdio, detached: true, env: { ...process.env, ...env } });
      if (child.pid !== undefined) groups.add(child.pid);
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        groups.delete(child.pid);
        resolve(code ?? 128 + constants.signals[signal]);
      });
    });
  }
  const end = () => {
    for (const signal of signals) process.removeListener(signal, interrupted);
  };
  return { start, end };
}

function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // It has just ended.
  }
}

function textOf(path) {
  try {
    const text = readFileSync(path, 'utf8');
    return text === '' || text.endsWith('\n') ? text : `${text}\n`;
  } catch {
    // It writes straight to this process's output.
    return '';
  }
}

/** The last line that says something. */
function lastLine(path) {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const tail = Buffer.alloc(Math.min(TAIL, size));
    readSync(fd, tail, 0, tail.length, size - tail.length);
    return tail.toString().trimEnd().split('\n').at(-1)?.trim() ?? '';
  } finally {
    closeSync(fd);
  }
}
