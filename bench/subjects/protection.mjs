// What logical block protection costs: the addon's record loop and the streams above it, on a file in memory, which stands
// for a drive of any speed. What the drive itself does with it is its own affair.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runJob } from '../harness/job.mjs';
import { interleaved, throughputRows } from '../harness/pairs.mjs';

const MIB = 2 ** 20;
const RECORD = MIB / 4;
const OFF = 'off';
const FILES_BEFORE = 8;

const COLUMNS = {
  direction: 'direction',
  contender: 'protection',
  speed: 'MB/s',
  cpu: 'CPU s/GB',
  speedRatio: 'of off, speed',
  cpuRatio: 'of off, CPU',
};

/** Each with the checksum of its receipt, as it is by default. */
const METHODS = {
  [OFF]: { checksum: 'crc32' },
  crc32c: { protection: 'crc32c', checksum: 'crc32c' },
  'crc32c, receipt by crc32': { protection: 'crc32c', checksum: 'crc32' },
  'reed-solomon': { protection: 'reed-solomon', checksum: 'crc32c' },
};

/** Chunks that are copied into records, and memory of the drive's own that is written from where it is. */
const WRITES = { write: { chunk: MIB }, 'write, aligned chunks': { chunk: 4 * MIB, aligned: true } };

export async function protection({ quick, rounds }) {
  const bytes = (quick ? 64 : 1024) * MIB;
  const runs = quick ? 1 : FILES_BEFORE;
  const folder = await mkdtemp('/dev/shm/node-lto-bench-');
  try {
    const rows = [];
    const compare = async (direction, contenders) => {
      const results = await interleaved(quick ? 1 : rounds, contenders);
      rows.push(...throughputRows(results, bytes, OFF).map((row) => ({ direction, ...row })));
    };
    const run = (job, args) => runJob(job, args, { warmUp: { runs, args } });
    // A file each: what is protected is longer.
    const targets = {};
    for (const name of Object.keys(METHODS)) {
      targets[name] = { kind: 'file', path: join(folder, name) };
      await writeFile(targets[name].path, '');
    }
    const each = (job, more) =>
      Object.fromEntries(
        Object.entries(METHODS).map(([name, options]) => {
          const args = { target: targets[name], bytes, ...more, options: { ...options, ...more.options } };
          return [name, () => run(job, args)];
        }),
      );
    for (const [direction, args] of Object.entries(WRITES)) await compare(direction, each('ours:write', args));
    // A file has no records: exactly one is offered.
    await compare('read', each('ours:read', { options: { maxRecordSize: RECORD } }));
    return [
      {
        title: `Logical block protection, file in memory, ${bytes / MIB} MiB a run`,
        columns: COLUMNS,
        rows,
        notes: NOTES,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const NOTES = [
  'Records of 256 KiB, with the checksum of the receipt: CRC-32 without protection, and by default CRC32C with it, which is',
  'combined from the values of the records. Each figure is the median of interleaved rounds; ratios round by round.',
];
