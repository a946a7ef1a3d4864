// Event loop delay, and latency of an unrelated fs.readFile, while drives work.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runJob } from '../harness/job.mjs';
import { createVirtualDrive } from '../harness/library.mjs';
import { withFolder } from '../harness/scratch.mjs';
import { median, percentile } from '../harness/statistics.mjs';

const MIB = 2 ** 20;
const COLUMNS = {
  what: 'meanwhile',
  p50: 'loop p50 ms',
  p99: 'loop p99 ms',
  max: 'loop max ms',
  read50: 'readFile p50 ms',
  read99: 'readFile p99 ms',
  readMax: 'readFile max ms',
  speed: 'MB/s',
};
/** As many drives as make a drive that used libuv's pool leave it no thread. */
const POOL_THREADS = 4;
const LTO_9_SPEED = 400e6;
const DRIVER = '/sys/bus/pseudo/drivers/scsi_debug';

async function rowOf(what, job, args) {
  const { value, usage } = await runJob(`responsiveness:${job}`, args, { loopDelay: true });
  const times = Array.isArray(value) ? value : value.times;
  return {
    what,
    ...usage.loopDelay,
    read50: median(times),
    read99: percentile(times, 0.99),
    readMax: Math.max(...times),
    speed: value.bytes === undefined ? undefined : value.bytes / 1e6 / usage.seconds,
  };
}

const idle = (seconds) => rowOf('nothing', 'idle', { seconds });

export function responsivenessHere({ quick }) {
  return withFolder(async (folder) => {
    const seconds = quick ? 1 : 5;
    const rewind = quick ? 2 : 30;
    const target = { kind: 'file', path: '/dev/null' };
    const paced = { target, seconds, rate: LTO_9_SPEED, chunk: MIB };
    const folders = Array.from({ length: POOL_THREADS }, (_, drive) => join(folder, `drive-${drive}`));
    for (const each of folders) await createVirtualDrive(each);
    const slow = join(folder, 'lto9');
    await createVirtualDrive(slow, { generation: 9, speed: 'lto9', cartridge: { discardsData: true } });
    const lto9 = { target: { kind: 'virtual', path: slow }, seconds, chunk: MIB };
    const rows = [
      await idle(seconds),
      await rowOf('aligned chunks at 400 MB/s to /dev/null', 'streaming', { ...paced, aligned: true }),
      await rowOf('copied chunks at 400 MB/s to /dev/null', 'streaming', paced),
      await rowOf('aligned chunks, as fast as /dev/null takes them', 'streaming', {
        target,
        seconds,
        chunk: MIB,
        aligned: true,
      }),
      await rowOf('aligned chunks to a virtual LTO-9', 'streaming', { ...lto9, aligned: true }),
      await idle(seconds),
      await rowOf(`rewind of ${rewind} s on ${POOL_THREADS} virtual drives`, 'slowRewinds', {
        folders,
        seconds: rewind,
      }),
    ];
    return [{ title: 'What the rest of the process notices', columns: COLUMNS, rows }];
  });
}

/** In the lab: a real `st`, whose every command takes 0.9 s while the rewinds are measured. */
export async function responsivenessOnTape({ quick }) {
  const seconds = quick ? 1 : 5;
  const devices = Array.from({ length: POOL_THREADS }, (_, drive) => `/dev/nst${drive}`);
  const target = { kind: 'tape', path: devices[0] };
  const rows = [await idle(seconds)];
  // scsi_debug has 10,000 blocks: 2.6 GB.
  rows.push(
    await rowOf('aligned chunks at 400 MB/s to scsi_debug', 'streaming', {
      target,
      seconds,
      rate: LTO_9_SPEED,
      chunk: MIB,
      aligned: true,
    }),
  );
  rows.push(
    await rowOf('copied chunks at 400 MB/s to scsi_debug', 'streaming', {
      target,
      seconds,
      rate: LTO_9_SPEED,
      chunk: MIB,
    }),
  );
  await writeFile(`${DRIVER}/ndelay`, String(0.9e9));
  try {
    const time = quick ? 2 : 10;
    rows.push(await rowOf(`rewinds of 0.9 s on ${POOL_THREADS} nodes`, 'rewindsOnNodes', { devices, seconds: time }));
  } finally {
    await writeFile(`${DRIVER}/delay`, '0');
  }
  return [{ title: 'What the rest of the process notices, on scsi_debug', columns: COLUMNS, rows }];
}
