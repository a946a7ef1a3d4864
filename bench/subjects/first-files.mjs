// What a process takes once: how fast its first files are passed, one after the other, beside dd.
import { join } from 'node:path';
import { runJob } from '../harness/job.mjs';
import { interleaved } from '../harness/pairs.mjs';
import { fillFile, withFolder } from '../harness/scratch.mjs';
import { median, spread } from '../harness/statistics.mjs';

const MIB = 2 ** 20;
const FILES = 8;
/** Files that are shown, counted from 1. */
const SHOWN = [1, 2, 3, 5, 8];
const CASES = {
  'write, copied chunks': { direction: 'write', chunk: MIB },
  'write, aligned chunks': { direction: 'write', chunk: MIB, aligned: true },
  read: { direction: 'read' },
};

async function firstFiles(device, target, { quick, rounds }) {
  const bytes = (quick ? 64 : 2048) * MIB;
  const files = quick ? 2 : FILES;
  const rows = [];
  for (const [name, { direction, ...args }] of Object.entries(CASES)) {
    const results = await interleaved(rounds, {
      ours: () => runJob('ours:oneByOne', { target, bytes, direction, files, ...args }),
      dd: () => runJob('peers:dd', { target, bytes, direction }),
    });
    const ofDd = results.dd.map(({ usage }) => usage.seconds);
    for (const file of SHOWN.filter((each) => each <= files)) {
      const seconds = results.ours.map(({ value }) => value[file - 1]);
      rows.push({
        device,
        name,
        file,
        speed: spread(seconds.map((each) => bytes / 1e6 / each)),
        ratio: spread(seconds.map((each) => median(ofDd) / each)),
      });
    }
  }
  return {
    title: `The first files of a process, ${bytes / MIB} MiB each, on ${device}`,
    columns: { name: 'what', file: 'file', speed: 'MB/s', ratio: 'of dd' },
    rows,
  };
}

export function firstFilesHere(options) {
  return withFolder(async (folder) => {
    const path = join(folder, 'tape');
    // What is written goes over pages that are there, as it does for dd.
    await fillFile(path, (options.quick ? 64 : 2048) * MIB);
    return [await firstFiles('a file in memory', { kind: 'file', path }, options)];
  });
}

export async function firstFilesOnTape({ device = '/dev/nst0', label, ...options }) {
  return [await firstFiles(label, { kind: 'tape', path: device }, options)];
}
