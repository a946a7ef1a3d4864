// What one would use instead: dd by itself, Node's file streams, and dd at the other end of a pipe.
import { execFile, spawn } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { rewindTarget } from '../devices/targets.mjs';
import { drain, newChunk, repeated, requireBytes } from './source.mjs';

const RECORD = 256 * 1024;
const run = promisify(execFile);

/** dd from /dev/zero or to /dev/null: its own time and CPU, which bash takes from wait4. */
export async function dd({ target, bytes, direction }, meter) {
  await rewindTarget(target);
  meter.set(await timedDd([target], bytes, direction));
}

/** Several at once. */
export async function ddAll({ targets, bytes }, meter) {
  for (const target of targets) await rewindTarget(target);
  meter.set(await timedDd(targets, bytes, 'write'));
}

async function timedDd(targets, bytes, direction) {
  // A FIFO gives less than was asked for, and dd would count each piece as a block.
  const blocks = targets[0].kind === 'file' && direction === 'read' ? ['iflag=fullblock'] : [];
  const common = ['bs=256k', 'conv=notrunc', 'status=none', ...blocks];
  const commands = targets.map(({ path }) => {
    const ends = direction === 'write' ? ['if=/dev/zero', `of=${path}`] : [`if=${path}`, 'of=/dev/null'];
    return ['dd', ...common, `count=${Math.ceil(bytes / RECORD)}`, ...ends].join(' ');
  });
  const script = `TIMEFORMAT='%R %U %S'; time { ${commands.map((command) => `${command} &`).join(' ')} wait; }`;
  const { stderr } = await run('bash', ['-c', script]);
  const [seconds, user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  if (![seconds, user, system].every(Number.isFinite)) throw new Error(`dd: ${stderr}`);
  return { seconds, cpuSeconds: user + system, peakRss: 0 };
}

/** `fs.createWriteStream`, which writes each chunk as a record. */
export async function fsWrite({ target, bytes }, meter) {
  await rewindTarget(target);
  return meter.window(() => {
    const source = Readable.from(repeated(newChunk(RECORD), bytes), { objectMode: true, highWaterMark: 1 });
    return pipeline(source, createWriteStream(target.path, { flags: 'r+', highWaterMark: RECORD }));
  });
}

export async function fsRead({ target, bytes }, meter) {
  await rewindTarget(target);
  return meter.window(async () => {
    requireBytes(await drain(createReadStream(target.path, { highWaterMark: RECORD })), bytes);
  });
}

/** A pipe into dd, with the option that makes it gather whole records. */
export async function shellWrite({ target, bytes }, meter) {
  await rewindTarget(target);
  return meter.window(async () => {
    const args = ['bs=256k', 'iflag=fullblock', 'conv=notrunc', 'status=none', `of=${target.path}`];
    const child = spawn('dd', args, { stdio: ['pipe', 'ignore', 'inherit'] });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const source = Readable.from(repeated(newChunk(RECORD), bytes), { objectMode: true, highWaterMark: 1 });
    await pipeline(source, child.stdin);
    requireStatus(await ended);
  });
}

export async function shellRead({ target, bytes }, meter) {
  await rewindTarget(target);
  return meter.window(async () => {
    const child = spawn('dd', ['bs=256k', 'status=none', `if=${target.path}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    requireBytes(await drain(child.stdout), bytes);
    requireStatus(await ended);
  });
}

function requireStatus(status) {
  if (status !== 0) throw new Error(`dd ended with ${status}`);
}
