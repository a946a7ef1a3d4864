// Archives to folders, against tar, on a file system in memory.
import { join } from 'node:path';
import { makeFiles } from '../harness/files.mjs';
import { runJob } from '../harness/job.mjs';
import { interleaved, ratios } from '../harness/pairs.mjs';
import { withFolder } from '../harness/scratch.mjs';
import { median, spread } from '../harness/statistics.mjs';
import { timed } from '../harness/timed.mjs';

const KIB = 1024;
const MIB = 2 ** 20;

/** What is extracted, and what the library has to reach: `speed` at least, `cpu` at most, of tar's. */
const TREES = [
  { full: [20_000, 8 * KIB], quick: [1000, 8 * KIB], wanted: 'speed ≥ 0.5' },
  { full: [8, 1024 * MIB], quick: [2, 32 * MIB], wanted: 'speed ≥ 0.9, CPU ≤ 1.5' },
];

async function compare({ full, quick: small, wanted }, { quick, rounds }, scratch) {
  const [files, bytes] = quick ? small : full;
  const folder = await makeFiles(join(scratch, `tree-${files}`), { files, bytes });
  const args = { archive: join(scratch, 'archive.tar'), into: join(scratch, 'extracted') };
  await timed(`tar -C "${folder}" -cf "${args.archive}" . && rm -r "${folder}"`);
  const results = await interleaved(rounds, {
    extractArchive: () => runJob('extract:extract', args, { loopDelay: true }),
    'tar x': () => runJob('extract:tar', args),
  });
  const seconds = (name) => results[name].map(({ usage }) => usage.seconds);
  const cpu = (name) => results[name].map(({ usage }) => usage.cpuSeconds);
  return Object.keys(results).map((contender) => ({
    tree: `${files} files of ${bytes / KIB} KiB`,
    contender,
    seconds: spread(seconds(contender)),
    speed: spread(seconds(contender).map((value) => (files * bytes) / 1e6 / value)),
    cpu: spread(cpu(contender)),
    ...(contender === 'extractArchive' && {
      peakRss: median(results[contender].map(({ usage }) => usage.peakRss)),
      loop: median(results[contender].map(({ usage }) => usage.loopDelay.p99)),
      speedRatio: ratios(seconds('tar x'), seconds(contender)),
      cpuRatio: ratios(cpu(contender), cpu('tar x')),
      wanted,
    }),
  }));
}

export async function extraction(context) {
  const rows = [];
  for (const tree of TREES) {
    rows.push(...(await withFolder((scratch) => compare(tree, context, scratch))));
  }
  const columns = {
    tree: 'tree',
    contender: 'contender',
    seconds: 's',
    speed: 'MB/s',
    cpu: 'CPU s',
    peakRss: 'peak MiB',
    loop: 'loop p99 ms',
    speedRatio: 'of tar, speed',
    cpuRatio: 'of tar, CPU',
    wanted: 'wanted',
  };
  return [{ title: 'An archive to a folder', columns, rows }];
}
