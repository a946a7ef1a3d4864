// The catalogue: members recorded a second, and finding one of them by prefix, suffix and part of a name, in a file and, if
// LTO_BENCH_POSTGRES names a database, on a server; then `lto list` from a cold start.
import { join } from 'node:path';
import { runJob } from '../harness/job.mjs';
import { commandUrl } from '../harness/library.mjs';
import { withFolder } from '../harness/scratch.mjs';
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
  return withFolder((folder) => filled(folder, context));
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
