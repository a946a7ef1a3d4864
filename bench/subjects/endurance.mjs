// Memory over 100 GB, and what 400 MB/s cost, on a virtual LTO-9 whose cartridge keeps no data.
import { join } from 'node:path';
import { runJob } from '../harness/job.mjs';
import { createVirtualDrive } from '../harness/library.mjs';
import { linePlot } from '../harness/plot.mjs';
import { withFolder } from '../harness/scratch.mjs';

const MIB = 2 ** 20;
const GB = 1e9;
const BUFFER = 64 * MIB;

const highest = (resident) => Math.max(...resident.map(([, mebibytes]) => mebibytes));
/** MiB by which the last tenth lies above the second one: the first holds what a process takes once. */
function growth(resident) {
  const tenth = Math.floor(resident.length / 10) || 1;
  const mean = (part) => part.reduce((sum, [, mebibytes]) => sum + mebibytes, 0) / part.length;
  return mean(resident.slice(-tenth)) - mean(resident.slice(tenth, 2 * tenth));
}

async function longRun(folder, bytes) {
  const path = join(folder, 'fast');
  await createVirtualDrive(path, { generation: 9, cartridge: { discardsData: true, capacityBytes: 2 * bytes } });
  const { value, usage } = await runJob('endurance:endurance', {
    folder: path,
    bytes,
    chunk: MIB,
    aligned: true,
    options: { bufferBytes: BUFFER },
  });
  const rows = ['write', 'read'].map((direction) => {
    const { resident } = value[direction];
    return {
      direction,
      gigabytes: bytes / GB,
      above: highest(resident) - usage.baseRss,
      allowed: BUFFER / MIB + 64,
      growth: growth(resident),
    };
  });
  const series = ['write', 'read'].map((direction) => ({
    name: direction,
    points: value[direction].resident,
    dots: false,
  }));
  const plot = {
    file: 'memory.svg',
    svg: linePlot({
      title: 'Resident memory of the whole process',
      x: { title: 'GB passed' },
      y: { title: 'MiB' },
      series,
    }),
  };
  const columns = {
    direction: 'direction',
    gigabytes: 'GB',
    above: 'highest MiB above start',
    allowed: 'buffer + 64 MiB',
    growth: 'MiB grown on the way',
  };
  return { title: `Memory over ${bytes / GB} GB, buffer of ${BUFFER / MIB} MiB`, columns, rows, plots: [plot] };
}

/** At the speed of the drive: what it costs of one core. */
async function nativeSpeed(folder, bytes) {
  const path = join(folder, 'slow');
  await createVirtualDrive(path, { generation: 9, speed: 'lto9', cartridge: { discardsData: true } });
  const cases = {
    'aligned chunks of 1 MiB': { chunk: MIB, aligned: true },
    'copied chunks of 1 MiB': { chunk: MIB },
    'aligned, with the default checksum': { chunk: MIB, aligned: true, options: { checksum: 'crc32' } },
  };
  const rows = [];
  for (const [how, args] of Object.entries(cases)) {
    const { value } = await runJob('endurance:endurance', { folder: path, bytes, read: false, samples: 1, ...args });
    const { seconds, cpuSeconds } = value.write;
    const { backHitches } = value.streaming;
    rows.push({ how, speed: bytes / 1e6 / seconds, core: (100 * cpuSeconds) / seconds, backHitches });
  }
  const columns = { how: 'how', speed: 'MB/s', core: '% of one core', backHitches: 'back-hitches' };
  return { title: `Writing ${bytes / GB} GB to a virtual LTO-9 in real time`, columns, rows };
}

export function endurance({ quick }) {
  return withFolder(async (folder) => {
    const sections = [await longRun(folder, (quick ? 1 : 100) * GB)];
    if (!quick) sections.push(await nativeSpeed(folder, 16 * GB));
    return sections;
  });
}
