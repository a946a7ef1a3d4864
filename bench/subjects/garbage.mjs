// What a GB costs the garbage collector.
import { runJob } from '../harness/job.mjs';

const MIB = 2 ** 20;

export async function garbage({ quick }) {
  const bytes = (quick ? 128 : 1024) * MIB;
  const target = { kind: 'file', path: '/dev/null' };
  const cases = {
    'write, chunks of 1 MiB': ['ours:write', { target, chunk: MIB }],
    'write, aligned chunks of 1 MiB': ['ours:write', { target, chunk: MIB, aligned: true }],
    'fs.createWriteStream, chunks of 256 KiB': ['peers:fsWrite', { target }],
  };
  const rows = [];
  for (const [what, [job, args]] of Object.entries(cases)) {
    const { usage } = await runJob(job, { bytes, ...args });
    const { usage: sampled } = await runJob(job, { bytes, ...args }, { allocations: true });
    const gigabytes = bytes / 1e9;
    rows.push({
      what,
      allocated: sampled.allocatedMiB / gigabytes,
      collections: usage.collections / gigabytes,
      collecting: (usage.collectionSeconds * 1000) / gigabytes,
      resident: usage.peakRss - usage.baseRss,
    });
  }
  return [
    {
      title: `Garbage of a stream, ${bytes / MIB} MiB to /dev/null`,
      columns: {
        what: 'what',
        allocated: 'JS heap MiB/GB',
        collections: 'collections/GB',
        collecting: 'ms collecting/GB',
        resident: 'MiB above start',
      },
      rows,
      notes: ['Allocations are an estimate by sampling, in a run of their own.'],
    },
  ];
}
