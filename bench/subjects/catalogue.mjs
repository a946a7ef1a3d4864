// The catalogue: members recorded a second, and finding one of them by prefix, suffix and part of a name, in a file and, if
// LTO_BENCH_POSTGRES names a database, on a server; then `lto list` from a cold start, and what it costs to find the
// members of an archive while it is written.
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFiles } from '../harness/files.mjs';
import { runJob } from '../harness/job.mjs';
import { commandUrl } from '../harness/library.mjs';
import { interleaved } from '../harness/pairs.mjs';
import { withFolder } from '../harness/scratch.mjs';
import { spread } from '../harness/statistics.mjs';
import { timed } from '../harness/timed.mjs';

const COLUMNS = {
  engine: 'engine',
  members: 'members',
  rate: 'recorded/s',
  cpuRate: 'recorded per CPU s',
  prefix: 'prefix ms',
  suffix: 'suffix ms',
  part: 'part ms',
  common: 'of all ms',
  list: 'lto list ms',
};

export function catalogue(context) {
  return withFolder(async (folder) => [...(await filled(folder, context)), await found(folder, context)]);
}

async function filled(folder, { quick }) {
  const members = Number(process.env.LTO_BENCH_MEMBERS ?? (quick ? 50_000 : 10_000_000));
  const places = { sqlite: join(folder, 'catalogue.sqlite') };
  if (process.env.LTO_BENCH_POSTGRES) places.postgresql = process.env.LTO_BENCH_POSTGRES;
  const rows = [];
  for (const [engine, location] of Object.entries(places)) {
    const { value } = await runJob('catalogue:fill', { location, members, repeats: quick ? 3 : 9 });
    const { seconds, cpuSeconds, found } = value;
    const command = new URL(commandUrl()).pathname;
    const { seconds: cold } = await timed(`node ${command} list --catalogue '${location}' >${join(folder, 'listed')}`);
    rows.push({
      engine,
      members,
      rate: members / seconds,
      cpuRate: members / cpuSeconds,
      ...found,
      list: cold * 1000,
    });
  }
  return [
    { title: 'A catalogue of members', columns: COLUMNS, rows, notes: ['CPU of this process: a server has its own'] },
  ];
}

const KIB = 1024;
const MIB = 2 ** 20;
const HEADER = 512;
/** Of one archive in memory, which is repeated. */
const BYTES = 64 * MIB;

const FOUND = { members: 'members', cpu: 'CPU s/GB', member: 'µs a member', wanted: 'wanted, s/GB' };

/** What it costs to find the members of an archive that is written, without the catalogue itself. */
async function found(folder, { quick, rounds }) {
  const rows = [];
  for (const bytes of [MIB, 64 * KIB, 8 * KIB]) {
    const files = BYTES / bytes;
    const tree = await makeFiles(join(folder, `tree-${bytes}`), { files, bytes });
    const archive = join(folder, `archive-${bytes}.tar`);
    await timed(`cd "${tree}" && find . -type f -printf '%P\\n' | tar -cf "${archive}" -T -`);
    await truncate(archive, files * (HEADER + bytes));
    const times = quick ? 4 : 256;
    const { tap } = await interleaved(rounds, { tap: () => runJob('recording:record', { archive, times }) });
    const cpu = tap.map(({ usage }) => usage.cpuSeconds);
    rows.push({
      members: `${files * times} of ${bytes / KIB} KiB`,
      cpu: spread(cpu.map((seconds) => seconds / ((times * BYTES) / 1e9))),
      member: spread(cpu.map((seconds) => (seconds * 1e6) / (files * times))),
      ...(bytes === MIB && { wanted: 0.02 }),
    });
  }
  return { title: 'Members found while an archive is written', columns: FOUND, rows, notes: [] };
}
