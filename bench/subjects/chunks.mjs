// How the size of the source's chunks, and where they lie, changes what a GB costs.
import { runJob } from '../harness/job.mjs';
import { interleaved } from '../harness/pairs.mjs';
import { spread } from '../harness/statistics.mjs';

const MIB = 2 ** 20;
const RECORD = 256 * 1024;
/** Bytes of a chunk, and how many MiB are enough to measure with. */
const SIZES = [
  [1, 1],
  [16, 8],
  [256, 64],
  [4096, 256],
  [65_536, 512],
  [RECORD, 512],
  [MIB, 512],
  [4 * MIB, 512],
];

export async function chunks({ quick, rounds }) {
  const target = { kind: 'file', path: '/dev/null' };
  const rows = [];
  for (const [chunk, mebibytes] of quick ? SIZES.filter(([size]) => size === 4096 || size === MIB) : SIZES) {
    const bytes = Math.max(chunk, (quick ? Math.min(mebibytes, 64) : mebibytes) * MIB);
    const contenders = {
      copied: () => runJob('ours:write', { target, bytes, chunk }),
      ...(chunk % RECORD === 0 && { aligned: () => runJob('ours:write', { target, bytes, chunk, aligned: true }) }),
      'copied, with the default checksum': () =>
        runJob('ours:write', { target, bytes, chunk, options: { checksum: 'crc32' } }),
    };
    const results = await interleaved(quick ? 1 : rounds, contenders);
    for (const [how, runs] of Object.entries(results)) {
      rows.push({
        chunk,
        how,
        speed: spread(runs.map(({ usage }) => bytes / 1e6 / usage.seconds)),
        cpu: spread(runs.map(({ usage }) => usage.cpuSeconds / (bytes / 1e9))),
      });
    }
  }
  return [
    {
      title: 'Chunks of the source, written to /dev/null',
      columns: { chunk: 'bytes a chunk', how: 'how', speed: 'MB/s', cpu: 'CPU s/GB' },
      rows,
      notes: ['Aligned: whole records in memory of drive.allocate(), which are written from where they lie.'],
    },
  ];
}
