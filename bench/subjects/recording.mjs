// What a catalogue costs whoever writes: finding the members of an archive that passes, and a whole archive to a drive of
// an LTO-9's speed, with a catalogue and without.
import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { makePacedFifo, PACED_NOTE } from '../devices/paced-fifo.mjs';
import { makeFiles } from '../harness/files.mjs';
import { runJob } from '../harness/job.mjs';
import { interleaved, throughputRows } from '../harness/pairs.mjs';
import { requireRoom, withFolder } from '../harness/scratch.mjs';
import { spread } from '../harness/statistics.mjs';
import { timed } from '../harness/timed.mjs';

const KIB = 1024;
const MIB = 2 ** 20;
const HEADER = 512;
const MEMBERS = [MIB, 64 * KIB, 8 * KIB];

const FOUND = { members: 'members', cpu: 'CPU s/GB', member: 'µs a member', wanted: 'wanted, s/GB' };
const WRITTEN = {
  members: 'members',
  contender: 'catalogue',
  speed: 'MB/s',
  speedRatio: 'of off, speed',
  cpu: 'CPU s/GB',
  wanted: 'wanted',
};

export function recording(context) {
  return withFolder(async (folder) => [await found(folder, context), await written(folder, context)]);
}

/** An archive by GNU tar of files that fill so many bytes. */
async function archiveOf(folder, total, bytes) {
  const files = total / bytes;
  const tree = await makeFiles(join(folder, 'tree'), { files, bytes });
  const archive = join(folder, 'archive.tar');
  await timed(`cd "${tree}" && find . -type f -printf '%P\\n' | tar -cf "${archive}" -T -`);
  await rm(tree, { recursive: true });
  return { archive, files, members: `${files} of ${bytes / KIB} KiB` };
}

/** Without the catalogue itself. One archive in memory is repeated. */
async function found(folder, { quick, rounds }) {
  const total = 64 * MIB;
  const times = quick ? 4 : 256;
  const rows = [];
  for (const bytes of MEMBERS) {
    const { archive, files } = await archiveOf(folder, total, bytes);
    await truncate(archive, files * (HEADER + bytes));
    const { tap } = await interleaved(rounds, { tap: () => runJob('recording:record', { archive, times }) });
    const cpu = tap.map(({ usage }) => usage.cpuSeconds);
    rows.push({
      members: `${files * times} of ${bytes / KIB} KiB`,
      cpu: spread(cpu.map((seconds) => seconds / ((times * total) / 1e9))),
      member: spread(cpu.map((seconds) => (seconds * 1e6) / (files * times))),
      ...(bytes === MIB && { wanted: 0.02 }),
    });
  }
  return { title: 'Members found while an archive is written', columns: FOUND, rows, notes: [] };
}

/** From opening the drive to the archive written and in the catalogue; each in a new process. */
async function written(folder, { quick, rounds }) {
  const total = (quick ? 64 : 2048) * MIB;
  await requireRoom(folder, 3 * total);
  const runPaced = await makePacedFifo(folder);
  const file = join(folder, 'catalogue.sqlite');
  const rows = [];
  for (const bytes of MEMBERS) {
    const { archive, members } = await archiveOf(folder, total, bytes);
    const run = (catalogue) => () => runPaced('recording:write', { archive, catalogue });
    const before = () => rm(file, { force: true });
    const results = await interleaved(rounds, { off: run(), on: run(file) }, { before });
    const compared = throughputRows(results, total, 'off');
    rows.push(...compared.map((row) => ({ members, ...row, ...(row.contender === 'on' && { wanted: '0.98' }) })));
  }
  const title = 'An archive written, with a catalogue and without';
  return { title, columns: WRITTEN, rows, notes: [PACED_NOTE] };
}
