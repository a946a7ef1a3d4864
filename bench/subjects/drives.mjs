// 1, 4 and 16 drives at once in one process, against as many dd.
import { runJob } from '../harness/job.mjs';
import { interleaved, throughputRows } from '../harness/pairs.mjs';

const MIB = 2 ** 20;
const DD = 'dd bs=256k';
const COLUMNS = {
  drives: 'drives',
  contender: 'contender',
  speed: 'MB/s in all',
  cpu: 'CPU s/GB',
  peakRss: 'peak MiB',
  speedRatio: 'of dd, speed',
  cpuRatio: 'of dd, CPU',
};

async function together(targetOf, { counts, bytes, rounds, title }) {
  const rows = [];
  for (const drives of counts) {
    const targets = Array.from({ length: drives }, (_, drive) => targetOf(drive));
    const each = bytes / drives;
    const contenders = {
      'node-lto': () => runJob('ours:writeAll', { targets, bytes: each, chunk: MIB }),
      'node-lto, aligned chunks': () => runJob('ours:writeAll', { targets, bytes: each, chunk: MIB, aligned: true }),
      [DD]: () => runJob('peers:ddAll', { targets, bytes: each }),
    };
    const results = await interleaved(rounds, contenders);
    rows.push(...throughputRows(results, bytes, DD).map((row) => ({ drives, ...row })));
  }
  return [{ title: `${title}, ${bytes / MIB} MiB in all`, columns: COLUMNS, rows }];
}

export function drivesHere({ quick, rounds }) {
  const [counts, bytes] = quick ? [[1, 4], 128 * MIB] : [[1, 4, 16], 2048 * MIB];
  const title = 'Several drives at once, /dev/null';
  return together(() => ({ kind: 'file', path: '/dev/null' }), { counts, bytes, rounds, title });
}

/** In the lab, with as many drives of scsi_debug. */
export function drivesOnTape({ quick, rounds }) {
  const [counts, bytes] = quick ? [[1, 4], 128 * MIB] : [[1, 4, 16], 2048 * MIB];
  const title = 'Several drives at once, scsi_debug';
  const perDrive = (drive) => ({ kind: 'tape', path: `/dev/nst${drive}` });
  return together(perDrive, { counts, bytes: Math.min(bytes, 2048 * MIB), rounds, title });
}
