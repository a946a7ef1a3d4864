// Throughput of a file through `pipeline()` against `dd bs=256k`, interleaved on the same device in one run.
//   npm run bench                        on scsi_debug in the kernel lab
//   LTO_TEST_DEVICE=/dev/nst0 npm run bench      on a drive: OVERWRITES its cartridge
import { spawnSync } from 'node:child_process';
import { cpus, release } from 'node:os';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { TapeDrive } from '../lib/index.js';
import { labMissing, runInLab } from '../test/lab/run.mjs';

const RECORD = 256 * 1024;
const CHUNK = 4 * RECORD;
const RECORDS = 4096;
const BYTES = RECORDS * RECORD;
const PAIRS = 5;
const device = process.env.LTO_TEST_DEVICE ?? '/dev/nst0';

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const megabytes = (seconds) => BYTES / 1e6 / seconds;

async function seconds(work) {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

async function dd(...args) {
  const { status, stderr } = spawnSync('dd', ['bs=256k', `count=${RECORDS}`, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

const chunk = Buffer.alloc(CHUNK, 'node-lto');
function* source() {
  for (let sent = 0; sent < BYTES; sent += CHUNK) yield chunk;
}

/** Opens, rewinds, does the work, closes: `dd` opens and closes too. */
async function withDrive(work) {
  const drive = await TapeDrive.open(device);
  try {
    await drive.rewind();
    return await work(drive);
  } finally {
    await drive.close();
  }
}

const rewind = () => withDrive(async () => undefined);
const write = () =>
  withDrive((drive) =>
    pipeline(Readable.from(source()), drive.createWriteStream({ position: 'overwrite', checksum: false })),
  );
const read = () =>
  withDrive(async (drive) => {
    for await (const _ of drive.createReadStream({ fileNumber: 0, checksum: false }));
  });

const PEERS = {
  write: { ours: write, peer: () => dd('if=/dev/zero', `of=${device}`) },
  read: { ours: read, peer: () => dd(`if=${device}`, 'of=/dev/null') },
};

async function measure() {
  const rows = [];
  for (const [name, { ours, peer }] of Object.entries(PEERS)) {
    const ratios = [];
    const speeds = { ours: [], dd: [] };
    for (let pair = 0; pair < PAIRS; pair += 1) {
      await rewind();
      const theirs = await seconds(peer);
      await rewind();
      const own = await seconds(ours);
      speeds.ours.push(megabytes(own));
      speeds.dd.push(megabytes(theirs));
      ratios.push(theirs / own);
    }
    rows.push({
      direction: name,
      'ours MB/s': Math.round(median(speeds.ours)),
      'dd MB/s': Math.round(median(speeds.dd)),
      'ours : dd': Number(median(ratios).toFixed(2)),
      'lowest pair': Number(Math.min(...ratios).toFixed(2)),
      'highest pair': Number(Math.max(...ratios).toFixed(2)),
    });
  }
  process.stdout.write(
    `${BYTES / 2 ** 30} GiB a run, ${PAIRS} pairs, Linux ${release()}, Node ${process.version}, ${cpus().length} CPU\n`,
  );
  console.table(rows);
}

if (process.env.LTO_LAB !== undefined || process.env.LTO_TEST_DEVICE !== undefined) {
  await measure();
} else {
  const missing = labMissing();
  if (missing !== undefined) {
    process.stderr.write(`bench: ${missing}, or name a drive in LTO_TEST_DEVICE\n`);
    process.exitCode = 1;
  } else {
    process.exitCode = await runInLab([process.execPath, fileURLToPath(import.meta.url)], { timeout: 600 });
  }
}
