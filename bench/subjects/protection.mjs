// What logical block protection costs: the addon's record loop and the streams above it, on a file in memory, which stands
// for a drive of any speed, and at the speed of an LTO-9. What the drive itself does with it is its own affair.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePacedFifo, PACED_NOTE } from '../devices/paced-fifo.mjs';
import { runJob } from '../harness/job.mjs';
import { interleaved, throughputRows } from '../harness/pairs.mjs';
import { withFolder } from '../harness/scratch.mjs';

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

export function protection(context) {
  return withFolder(async (folder) => [await inMemory(folder, context), await atSpeed(folder, context)]);
}

/** A job with the arguments `more` by each method. */
function eachMethod(more, run) {
  const contenders = Object.entries(METHODS).map(([name, options]) => {
    const args = { ...more, options: { ...options, ...more.options } };
    return [name, () => run(args, name)];
  });
  return Object.fromEntries(contenders);
}

async function inMemory(folder, { quick, rounds }) {
  const bytes = (quick ? 64 : 1024) * MIB;
  const runs = quick ? 1 : FILES_BEFORE;
  // A file each: what is protected is longer.
  const targets = {};
  for (const name of Object.keys(METHODS)) {
    targets[name] = { kind: 'file', path: join(folder, name) };
    await writeFile(targets[name].path, '');
  }
  const rows = [];
  const compare = async (direction, job, more) => {
    const run = (own, name) => {
      const args = { target: targets[name], bytes, ...own };
      return runJob(job, args, { warmUp: { runs, args } });
    };
    const results = await interleaved(quick ? 1 : rounds, eachMethod(more, run));
    rows.push(...throughputRows(results, bytes, OFF).map((row) => ({ direction, ...row })));
  };
  for (const [direction, args] of Object.entries(WRITES)) await compare(direction, 'ours:write', args);
  // A file has no records: exactly one is offered.
  await compare('read', 'ours:read', { options: { maxRecordSize: RECORD } });
  const title = `Logical block protection, file in memory, ${bytes / MIB} MiB a run`;
  return { title, columns: COLUMNS, rows, notes: NOTES };
}

/** Each in a new process. */
async function atSpeed(folder, { quick, rounds }) {
  const bytes = (quick ? 64 : 2048) * MIB;
  const runPaced = await makePacedFifo(folder);
  const rows = [];
  for (const [direction, args] of Object.entries(WRITES)) {
    const run = (own) => runPaced('ours:write', { bytes, ...own });
    const results = await interleaved(quick ? 1 : rounds, eachMethod(args, run));
    rows.push(...throughputRows(results, bytes, OFF).map((row) => ({ direction, ...row })));
  }
  const title = `Logical block protection at 400 MB/s, ${bytes / MIB} MiB a run`;
  return { title, columns: COLUMNS, rows, notes: [PACED_NOTE, ...NOTES] };
}

const NOTES = [
  'Records of 256 KiB, with the checksum of the receipt: CRC-32 without protection, and by default CRC32C with it, which is',
  'combined from the values of the records. Each figure is the median of interleaved rounds; ratios round by round.',
];
