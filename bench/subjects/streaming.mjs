// Back-hitches and effective throughput of a bursty source: the write stream and a plain pipe of the same memory.
// Ten minutes each, in simulated time; the simulation is compared with the real thing at small scale.
import { join } from 'node:path';
import { runJob } from '../harness/job.mjs';
import { createVirtualDrive, libraryUrl } from '../harness/library.mjs';
import { linePlot } from '../harness/plot.mjs';
import { withFolder } from '../harness/scratch.mjs';
import { plainPipe, writeStream } from '../streaming/policies.mjs';
import { simulate } from '../streaming/simulate.mjs';

const { speedFacts } = await import(libraryUrl('virtual/index.js'));

const MIB = 2 ** 20;
const MB = 1e6;
const RECORD = 256 * 1024;
const LTO_9 = speedFacts('lto9');
const SECONDS = 600;

/** Sources by their bursts; MB/s are set beside. */
const SOURCES = {
  'bursts of 2 GB at 1 GB/s': { rate: 1000 * MB, burst: 2000 * MB },
  'bursts of 256 MB at 800 MB/s, irregular': { rate: 800 * MB, burst: 256 * MB, irregular: true },
  'bursts of 2 GB at 1 GB/s, irregular': { rate: 1000 * MB, burst: 2000 * MB, irregular: true },
  steady: { burst: 64 * MB },
};
/** Below, just above and well above the lowest speed of 177 MB/s. */
const AVERAGES = [100, 195, 250, 350];
const MEMORIES = [64, 1024, 2048, 4096, 16_384];

const POLICIES = {
  pipe: (memory) => plainPipe(memory),
  stream: (memory) => writeStream(memory, LTO_9),
  full: (memory) => writeStream(memory, LTO_9, memory),
};

function burstsOf(source, average) {
  const shape = SOURCES[source];
  // A steady source is one burst after another, without a pause.
  return { rate: average * MB * (1 + 1e-9), ...shape, average: average * MB };
}

function simulated(source, average, memory) {
  const bursts = burstsOf(source, average);
  const runs = Object.entries(POLICIES).map(([name, policy]) => {
    const run = simulate({ facts: LTO_9, bursts, policy: policy(memory * MIB), bytes: average * MB * SECONDS });
    return [name, { backHitches: run.backHitches, speed: run.bytes / MB / run.seconds }];
  });
  const cells = Object.fromEntries(
    runs.map(([name, { backHitches, speed }]) => [name, `${backHitches} at ${speed.toFixed(0)}`]),
  );
  return { source, average, memory, ...cells, figures: Object.fromEntries(runs) };
}

function simulations({ quick }) {
  const [sources, averages, memories] = quick
    ? [Object.keys(SOURCES).slice(0, 1), [250], [64, 4096]]
    : [Object.keys(SOURCES), AVERAGES, MEMORIES];
  const rows = sources.flatMap((source) =>
    averages.flatMap((average) => memories.map((memory) => simulated(source, average, memory))),
  );
  return {
    title: `Back-hitches in ${SECONDS / 60} minutes on an LTO-9, and MB/s, simulated`,
    columns: {
      source: 'source',
      average: 'MB/s',
      memory: 'MiB',
      pipe: 'plain pipe',
      stream: 'write stream',
      full: 'threshold = buffer',
    },
    rows,
    plots: quick ? [] : [memoryPlot(rows)],
  };
}

function memoryPlot(rows) {
  const [source] = Object.keys(SOURCES).slice(1);
  const chosen = rows.filter((row) => row.source === source && row.average === 250);
  const names = { pipe: 'plain pipe', stream: 'write stream' };
  const series = Object.entries(names).map(([key, name]) => {
    return { name, points: chosen.map(({ memory, figures }) => [memory, figures[key].backHitches]) };
  });
  const title = `Back-hitches in 10 minutes: LTO-9, source of 250 MB/s in irregular bursts`;
  const x = { title: 'memory of the host, MiB', log: 2, ticks: MEMORIES };
  return { file: 'back-hitches.svg', svg: linePlot({ title, x, y: { title: 'back-hitches' }, series }) };
}

/** An LTO-9 of a twelfth of the size, so that ten back-hitches take seconds. */
const SMALL = {
  bufferBytes: 64 * MIB,
  speeds: LTO_9.speeds.map((speed) => speed / 4),
  backHitchSeconds: 0.75,
  restartLevel: LTO_9.restartLevel,
  matchingSeconds: 2.5,
};
const SMALL_MEMORY = 32 * MIB;

/** Sources for it, and seconds that each is watched. */
const SMALL_SOURCES = {
  'bursts of 100 MB at 200 MB/s': { rate: 200 * MB, burst: 100 * MB, average: 50 * MB },
  'bursts of 60 MB at 150 MB/s': { rate: 150 * MB, burst: 60 * MB, average: 30 * MB },
  'steady, below the lowest speed': { rate: 25 * MB * (1 + 1e-9), burst: 64 * MB, average: 25 * MB },
  'steady, above it': { rate: 60 * MB * (1 + 1e-9), burst: 64 * MB, average: 60 * MB },
};
const SMALL_SECONDS = 25;

function realTime({ quick }) {
  return withFolder(async (folder) => {
    const rows = [];
    const sources = Object.entries(SMALL_SOURCES).slice(0, quick ? 1 : undefined);
    for (const [source, bursts] of sources) {
      for (const [how, options] of [
        ['write stream', { bufferBytes: SMALL_MEMORY }],
        ['without gathering', { bufferBytes: SMALL_MEMORY, startThreshold: RECORD }],
      ]) {
        const path = join(folder, `drive-${rows.length}`);
        await createVirtualDrive(path, { generation: 9, speed: SMALL, cartridge: { discardsData: true } });
        const bytes = Math.round((bursts.average * (quick ? 6 : SMALL_SECONDS)) / RECORD) * RECORD;
        const { value } = await runJob('streaming:job', { folder: path, bursts, bytes, options });
        const policy = writeStream(SMALL_MEMORY, SMALL, options.startThreshold);
        const model = simulate({ facts: SMALL, bursts, policy, bytes });
        rows.push({
          source,
          how,
          counted: value.backHitches,
          simulated: model.backHitches,
          speed: bytes / MB / value.seconds,
          simulatedSpeed: model.bytes / MB / model.seconds,
        });
      }
    }
    return {
      title: 'The simulation against the real stream, on a small drive in real time',
      columns: {
        source: 'source',
        how: 'how',
        counted: 'back-hitches',
        simulated: 'simulated',
        speed: 'MB/s',
        simulatedSpeed: 'simulated',
      },
      rows,
    };
  });
}

export async function streaming(context) {
  return [simulations(context), await realTime(context)];
}
