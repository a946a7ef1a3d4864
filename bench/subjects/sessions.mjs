// Thousands of small files: in a session, against one file of the same bytes and against a filemark that is waited for
// behind each.
import { join } from 'node:path';
import { runJob } from '../harness/job.mjs';
import { createVirtualDrive } from '../harness/library.mjs';
import { withFolder } from '../harness/scratch.mjs';

const KIB = 1024;
const MIB = KIB * KIB;
/** After a stop the model's tape stands again. */
const STOP_MS = 3500;
const COLUMNS = { drive: 'drive', files: 'files', how: 'how', seconds: 'seconds', rate: 'files/s', speed: 'MB/s' };

function row(drive, { files, bytes, how }, seconds) {
  return {
    drive,
    files: `${files} of ${bytes / KIB} KiB`,
    how,
    seconds,
    rate: files / seconds,
    speed: (files * bytes) / 1e6 / seconds,
  };
}

function median(values) {
  return values.toSorted((one, other) => one - other)[values.length >> 1];
}

/** The ways take turns, so that what else the machine does falls on all of them. */
async function measured(drive, ways, rounds, run) {
  const seconds = ways.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [way, job] of ways.entries()) seconds[way].push((await run(job)).value.seconds);
  }
  return ways.map((job, way) => row(drive, job, median(seconds[way])));
}

/** One by one is measured with few: each costs a stop of 3 s. */
export function sessionsHere({ quick, rounds }) {
  return withFolder(async (folder) => {
    let drives = 0;
    const run = (options) => async (job) => {
      drives += 1;
      const path = join(folder, `drive-${drives}`);
      await createVirtualDrive(path, { generation: 9, ...options });
      const settleMs = options.speed === undefined ? 0 : STOP_MS;
      return runJob('sessions:sessions', { folder: path, settleMs, ...job });
    };
    const files = quick ? 200 : 1000;
    const slow = [
      { files, bytes: MIB, how: 'one file' },
      { files, bytes: MIB, how: 'session' },
      { files: quick ? 1 : 3, bytes: MIB, how: 'one by one' },
    ];
    const fast = [{ files: quick ? 500 : 2000, bytes: 4 * KIB, how: 'session' }];
    const lto9 = { speed: 'lto9', cartridge: { discardsData: true } };
    const rows = [
      ...(await measured('LTO-9 model', slow, rounds, run(lto9))),
      ...(await measured('virtual, as fast as the machine', fast, rounds, run({}))),
    ];
    return [{ title: 'Many small files', columns: COLUMNS, rows }];
  });
}

export async function sessionsOnTape({ quick, rounds, device = '/dev/nst0', label }) {
  // scsi_debug has room for 10,000 blocks: 5 for each file, with its filemark.
  const files = quick ? 50 : 500;
  const ways = ['session', 'one by one'].map((how) => ({
    files: how === 'session' ? files : files / 5,
    bytes: MIB,
    how,
  }));
  const run = (job) => runJob('sessions:sessions', { device, ...job });
  return [{ title: `Many small files (${label})`, columns: COLUMNS, rows: await measured(label, ways, rounds, run) }];
}
