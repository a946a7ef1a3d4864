// Readers that keep their chunks for a moment, against dd and the same consumers behind fs.createReadStream.
import { join } from 'node:path';
import { runJob } from '../harness/job.mjs';
import { interleaved, throughputRows } from '../harness/pairs.mjs';
import { fillFile, withFolder } from '../harness/scratch.mjs';
import { median } from '../harness/statistics.mjs';

const MIB = 2 ** 20;
const DD = 'dd bs=256k';
const CONSUMERS = { loop: 'for await', hashLike: 'pipeline, hash-like', holding: 'pipeline, holds 4 chunks' };

/** MiB: in the first seconds of a process V8 compiles, which a longer file makes up for. */
const SIZES = [2048, 8192];

function sizesOf({ quick }) {
  return (quick ? [64] : SIZES).map((size) => size * MIB);
}

async function compare(device, target, bytes, { rounds }) {
  const contenders = { [DD]: () => runJob('peers:dd', { target, bytes, direction: 'read' }) };
  for (const [consumer, name] of Object.entries(CONSUMERS)) {
    const run = (job) => () => runJob(job, { target, bytes, consumer }, { loopDelay: true });
    contenders[`node-lto, ${name}`] = run('readers:read');
    contenders[`fs.createReadStream, ${name}`] = run('readers:fsRead');
  }
  const results = await interleaved(rounds, contenders);
  const rows = throughputRows(results, bytes, DD).map((row) => {
    const delays = results[row.contender].flatMap(({ usage }) => (usage.loopDelay ? [usage.loopDelay.p99] : []));
    return { ...row, ...(delays.length > 0 && { p99: median(delays) }) };
  });
  return {
    title: `Readers that keep their chunks, ${bytes / MIB} MiB a run, on ${device}`,
    columns: {
      contender: 'contender',
      speed: 'MB/s',
      cpu: 'CPU s/GB',
      peakRss: 'peak MiB',
      speedRatio: 'of dd, speed',
      p99: 'event loop p99, ms',
    },
    rows,
    notes: [
      'In a new process each, from open to close. No consumer says that it lets go of its chunks.',
      'Each figure is the median of interleaved rounds (lowest–highest); ratios are taken round by round.',
    ],
  };
}

export async function readersHere(options) {
  const sections = [];
  for (const bytes of sizesOf(options)) {
    await withFolder(async (folder) => {
      const path = join(folder, 'tape');
      // With data: a file of holes has no memory to be read from.
      await fillFile(path, bytes);
      sections.push(await compare('a file in memory', { kind: 'file', path }, bytes, options));
    });
  }
  return sections;
}

export async function readersOnTape({ device = '/dev/nst0', label, ...options }) {
  const target = { kind: 'tape', path: device };
  const [bytes] = sizesOf(options);
  await runJob('ours:write', { target, bytes, chunk: MIB });
  return [await compare(label, target, bytes, options)];
}
