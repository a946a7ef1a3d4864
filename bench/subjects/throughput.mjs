// Write and read, records of 256 KiB, against dd, Node's file streams and a pipe into dd, on the same device.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runJob } from '../harness/job.mjs';
import { interleaved, throughputRows } from '../harness/pairs.mjs';

export const COLUMNS = {
  device: 'device',
  direction: 'direction',
  contender: 'contender',
  speed: 'MB/s',
  cpu: 'CPU s/GB',
  peakRss: 'peak MiB',
  speedRatio: 'of dd, speed',
  cpuRatio: 'of dd, CPU',
};

const MIB = 2 ** 20;
const DD = 'dd bs=256k';
const CHUNK = MIB;

/** Writing and reading, with whom to compare. */
const DIRECTIONS = {
  write: {
    'node-lto': ['ours:write', { chunk: CHUNK }],
    'node-lto, of 64 KiB': ['ours:write', { chunk: MIB / 16 }],
    'node-lto, aligned chunks': ['ours:write', { chunk: CHUNK, aligned: true }],
    'node-lto, aligned, of 4 MiB': ['ours:write', { chunk: 4 * CHUNK, aligned: true }],
    [DD]: ['peers:dd', { direction: 'write' }],
    'fs.createWriteStream': ['peers:fsWrite', {}],
    'pipe into dd': ['peers:shellWrite', {}],
  },
  read: {
    'node-lto': ['ours:read', {}],
    'node-lto, for await': ['ours:read', { loop: true }],
    [DD]: ['peers:dd', { direction: 'read' }],
    'fs.createReadStream': ['peers:fsRead', {}],
    'pipe from dd': ['peers:shellRead', {}],
  },
};

/** What a device that is no tape costs at the least, whoever writes to it. */
const ALONE = { 'write(2) alone': ['ours:callsAlone', {}] };

/** Files that a process passes before the one that is measured. */
const FILES_BEFORE = 16;
/** A program that is started anew for each file. */
const STARTED_ANEW = 'peers:dd';

/** Compares on one device, each direction that it has; `warmUp` is a device for the files before the one measured. */
export async function compareOn(device, options) {
  const { target, bytes, rounds, quick, directions = ['write', 'read'], around, warmUp = target } = options;
  const runs = quick ? 1 : FILES_BEFORE;
  const rows = [];
  for (const direction of directions) {
    const alone = target.kind === 'file' && direction === 'write' ? ALONE : {};
    const contenders = Object.entries({ ...DIRECTIONS[direction], ...alone }).map(([name, [job, args]]) => {
      const before = job === STARTED_ANEW ? {} : { warmUp: { runs, args: { target: warmUp } } };
      const once = () => runJob(job, { target, bytes, ...args }, before);
      return [name, around ? () => around(direction, once) : once];
    });
    const results = await interleaved(rounds, Object.fromEntries(contenders));
    rows.push(...throughputRows(results, bytes, DD).map((row) => ({ device, direction, ...row })));
  }
  return rows;
}

const EXPLAINED = [
  'From open to close, in a process that has passed such files for 6 s before, 16 at most (`-- first-files` shows why).',
  'CPU is user and system of the whole process, children included. dd, started anew, reads /dev/zero or writes /dev/null;',
  'ours makes its one chunk before and drops what it reads. write(2) alone: the loop of the addon, without a stream.',
  'Each figure is the median of interleaved rounds (lowest–highest); ratios are taken round by round.',
];

/** On this machine: memory, a FIFO, and /dev/null, which leaves only the path itself. */
export async function throughputHere({ quick, rounds }) {
  const bytes = (quick ? 64 : 2048) * MIB;
  const options = { bytes, rounds, quick };
  const folder = await mkdtemp('/dev/shm/node-lto-bench-');
  try {
    const file = join(folder, 'tape');
    await writeFile(file, '');
    await truncate(file, bytes);
    const fifo = join(folder, 'fifo');
    await ended(spawn('mkfifo', [fifo]));
    const other = (path, direction) =>
      direction === 'write'
        ? spawn('dd', [`if=${path}`, 'of=/dev/null', 'bs=1M', 'status=none'])
        : spawn('dd', ['if=/dev/zero', `of=${path}`, 'bs=256k', `count=${bytes / (MIB / 4)}`, 'status=none']);
    const throughFifo = async (direction, once) => {
      const there = ended(other(fifo, direction));
      const result = await once();
      await there;
      return result;
    };
    const rows = [
      ...(await compareOn('/dev/null', { ...options, target: sink('/dev/null'), directions: ['write'] })),
      ...(await compareOn('file in memory', { ...options, target: sink(file) })),
      ...(await compareOn('FIFO', { ...options, target: sink(fifo), around: throughFifo, warmUp: sink(file) })),
    ];
    return [{ title: `Throughput without a tape, ${bytes / MIB} MiB a run`, columns: COLUMNS, rows, notes: EXPLAINED }];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function sink(path) {
  return { kind: 'file', path };
}

function ended(child) {
  return new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
}

/** On a tape node: scsi_debug in the lab, or a real drive. */
export async function throughputOnTape({ quick, rounds, device = '/dev/nst0', label }) {
  // scsi_debug has 10,000 blocks.
  const bytes = (quick ? 64 : 2048) * MIB;
  const rows = await compareOn(label, { target: { kind: 'tape', path: device }, bytes, rounds, quick });
  return [{ title: `Throughput on ${label}, ${bytes / MIB} MiB a run`, columns: COLUMNS, rows, notes: EXPLAINED }];
}
