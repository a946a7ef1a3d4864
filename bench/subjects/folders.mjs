// Folders to archives, against tar, from a file system in memory.
import { join } from 'node:path';
import { againstTar, TAR_COLUMNS } from '../harness/against-tar.mjs';
import { makeFiles } from '../harness/files.mjs';
import { runJob } from '../harness/job.mjs';
import { createVirtualDrive } from '../harness/library.mjs';
import { interleaved } from '../harness/pairs.mjs';
import { requireRoom, withFolder } from '../harness/scratch.mjs';

const KIB = 1024;
const MIB = 2 ** 20;
const GIB = 2 ** 30;
const NOWHERE = { kind: 'file', path: '/dev/null' };
const TAR = 'tar cf - | dd bs=256k';
const RUNS_BEFORE = 3;
/** Memory that an empty file takes. */
const OF_AN_INODE = 2 * KIB;

/** What is packed, and what the library has to reach: `speed` at least, `cpu` at most, of tar's. */
const TREES = {
  small: { full: [20_000, 8 * KIB], quick: [1000, 8 * KIB], speed: 0.7 },
  large: { full: [8, GIB], quick: [2, 32 * MIB], speed: 1, cpu: 1.5, plain: true },
  empty: { full: [100_000, 0], quick: [2000, 0], speed: 1 / 3 },
};

const NOTES = [
  'To /dev/null, as dd; speeds count the bytes of the files. The library is in a process that has packed the tree before,',
  'up to 3 times. What a user runs is the command: the bundle of `lib/` in a process of its own, from its start to its end,',
  'writing to the embedded drive, whose cartridge keeps no data, with the checksum that it makes by default.',
];

async function compare(name, { files, bytes, rounds, scratch, drive }) {
  const { speed, cpu, plain } = TREES[name];
  const folder = await makeFiles(join(scratch, `tree-${files}`), { files, bytes });
  const warmUp = { runs: RUNS_BEFORE, args: {} };
  const args = { folder, target: NOWHERE };
  const contenders = {
    packFolder: () => runJob('pack:pack', args, { warmUp, loopDelay: true }),
    ...(plain && { 'plain files': () => runJob('pack:plain', args, { warmUp, loopDelay: true }) }),
    'lto write, cold': () => runJob('pack:command', { folder, drive }),
    [TAR]: () => runJob('pack:tar', args),
  };
  const results = await interleaved(rounds, contenders);
  return againstTar(results, { files, bytes }, { tar: TAR, wanted: { packFolder: wanted(speed, cpu) } });
}

function wanted(speed, cpu) {
  return `speed ≥ ${speed.toFixed(2)}${cpu === undefined ? '' : `, CPU ≤ ${cpu}`}`;
}

async function packing({ quick, rounds }) {
  const rows = [];
  for (const [name, { full, quick: small }] of Object.entries(TREES)) {
    const [files, bytes] = quick ? small : full;
    // One tree at a time: they are as large as some machines' memory.
    await withFolder(async (scratch) => {
      await requireRoom(scratch, files * (bytes + OF_AN_INODE));
      const drive = join(scratch, 'drive');
      await createVirtualDrive(drive, { generation: 9, cartridge: { discardsData: true } });
      rows.push(...(await compare(name, { files, bytes, rounds, scratch, drive })));
    });
  }
  return { title: 'Folders to an archive', columns: TAR_COLUMNS, rows, notes: NOTES };
}

/** Trees whose entries are what counts, one at a time. */
async function memory({ quick }) {
  const files = quick ? 10_000 : 1_000_000;
  const rows = [];
  for (const [how, perFolder] of [
    ['in folders of 1000', 1000],
    ['in one folder', files],
  ]) {
    await withFolder(async (scratch) => {
      await requireRoom(scratch, files * OF_AN_INODE);
      const folder = await makeFiles(join(scratch, 'tree'), { files, bytes: 0, perFolder });
      const { usage } = await runJob('pack:pack', { folder, target: NOWHERE }, { loopDelay: true });
      const { seconds, peakRss, loopDelay } = usage;
      rows.push({ entries: files, how, seconds, peakRss, allowed: 200, loop: loopDelay.p99 });
    });
  }
  const columns = {
    entries: 'entries',
    how: 'how',
    seconds: 's',
    peakRss: 'peak MiB',
    allowed: 'allowed',
    loop: 'loop p99 ms',
  };
  return { title: 'Memory of packing empty files', columns, rows };
}

/** The tree of small files again and again, at the speed of an LTO-9. */
function hitches({ quick }) {
  return withFolder(async (scratch) => {
    const folder = await makeFiles(join(scratch, 'tree'), { files: quick ? 1000 : 20_000, bytes: 8 * KIB });
    const drive = join(scratch, 'drive');
    await createVirtualDrive(drive, { generation: 9, speed: 'lto9', cartridge: { discardsData: true } });
    const bytes = quick ? 1e9 : 20e9;
    const { value, usage } = await runJob('pack:repeatedly', { folder, drive, bytes });
    const { seconds, cpuSeconds } = usage;
    const speed = value.bytes / 1e6 / seconds;
    const row = {
      gigabytes: value.bytes / 1e9,
      speed,
      backHitches: value.backHitches,
      core: (100 * cpuSeconds) / seconds,
    };
    const columns = { gigabytes: 'GB', speed: 'MB/s', backHitches: 'back-hitches', core: '% of one core' };
    return { title: 'Files of 8 KiB to a virtual LTO-9 in real time', columns, rows: [row] };
  });
}

export async function folders(context) {
  return [await packing(context), await memory(context), await hitches(context)];
}
