// Whether somebody who watches a drive 20 times a second slows it down, moves it, or leaves a mark on it.
import { join } from 'node:path';
import { runJob } from '../harness/job.mjs';
import { createVirtualDrive } from '../harness/library.mjs';
import { interleaved, ratios } from '../harness/pairs.mjs';
import { withFolder } from '../harness/scratch.mjs';
import { median, spread } from '../harness/statistics.mjs';

const MIB = 2 ** 20;
const PER_SECOND = 20;
const COLUMNS = {
  device: 'device',
  direction: 'direction',
  alone: 'MB/s alone',
  watched: 'MB/s watched',
  ratio: 'watched : alone',
  control: 'alone : alone',
  polls: 'polls/s',
  left: 'extra filemarks, errors',
};

async function section(label, device, { bytes, rounds }) {
  const watched = (perSecond) => runJob('monitor:watched', { device, bytes, perSecond });
  // Alone twice: how much two runs that are the same differ here.
  const contenders = { alone: () => watched(0), watched: () => watched(PER_SECOND), again: () => watched(0) };
  const results = await interleaved(rounds, contenders);
  for (const { value } of Object.values(results).flat()) requireUntouched(value);
  const rows = ['write', 'read'].map((direction) => {
    const speeds = (name) => results[name].map(({ value }) => bytes / 1e6 / value[direction].seconds);
    return {
      device: label,
      direction,
      alone: spread(speeds('alone')),
      watched: spread(speeds('watched')),
      ratio: ratios(speeds('watched'), speeds('alone')),
      control: ratios(speeds('again'), speeds('alone')),
      polls: median(results.watched.map(({ value }) => value[direction].polls / value[direction].seconds)),
      left: 'none',
    };
  });
  return [{ title: `Watched ${PER_SECOND} times a second, ${bytes / MIB} MiB a run`, columns: COLUMNS, rows }];
}

/** One file, the tape behind its filemark after reading, and nothing more on it. */
function requireUntouched({ stoodAt, filemarks }) {
  if (stoodAt.fileNumber === 1 && stoodAt.blockNumber === 0 && filemarks === 1) return;
  throw new Error(`the watched tape is not as it was left: ${JSON.stringify({ stoodAt, filemarks })}`);
}

export function monitorHere({ quick, rounds }) {
  return withFolder(async (folder) => {
    const path = join(folder, 'drive');
    // At its own speed, as a drive would be: the embedded drive alone is as fast as the processor.
    const speed = quick ? undefined : 'lto9';
    await createVirtualDrive(path, { generation: 9, speed, cartridge: { discardsData: true } });
    const bytes = (quick ? 64 : 2560) * MIB;
    return section(quick ? 'virtual' : 'virtual LTO-9', `virtual:${path}`, { bytes, rounds: Math.min(rounds, 3) });
  });
}

export function monitorOnTape({ quick, rounds, device = '/dev/nst0', label }) {
  return section(label, device, { bytes: (quick ? 64 : 768) * MIB, rounds });
}

export function monitorOnSlowTape({ quick, rounds, label }) {
  return section(label, '/dev/nst0', { bytes: (quick ? 32 : 192) * MIB, rounds: Math.min(rounds, 3) });
}
