// What a program waits for: each entry of the package and the command, in a process of its own, beside Node.js alone and the
// modules of other packages in the folder that BENCH_PEERS names (`npm install better-sqlite3` in it).
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { commandUrl } from '../harness/library.mjs';
import { interleaved } from '../harness/pairs.mjs';
import { spread } from '../harness/statistics.mjs';

const run = promisify(execFile);
const COMMAND = fileURLToPath(commandUrl());
const PACKAGE = join(COMMAND, '../..');
const PEERS = ['better-sqlite3'];
/** Milliseconds that each may take. */
const WANTED = { 'node-lto': 80, 'lto --version': 120 };

/** Prints how long the import took. */
const importing = (url) =>
  `const begun = performance.now(); await import(${JSON.stringify(url)}); process.stdout.write(String(performance.now() - begun))`;

const entry = (name) => pathToFileURL(join(PACKAGE, name)).href;

function peers() {
  const folder = process.env.BENCH_PEERS;
  if (folder === undefined) return {};
  const found = PEERS.filter((name) => existsSync(join(folder, 'node_modules', name)));
  return Object.fromEntries(found.map((name) => [name, { url: pathToFileURL(mainOf(folder, name)).href }]));
}

function mainOf(folder, name) {
  return join(folder, 'node_modules', name, 'lib', 'index.js');
}

const STARTS = {
  'Node.js alone': { args: ['-e', ''] },
  'node-lto': { url: entry('index.js') },
  'node-lto/scsi': { url: entry('scsi/index.js') },
  'node-lto/archive': { url: entry('archive/index.js') },
  'lto --version': { args: [COMMAND, '--version'] },
  ...peers(),
};

const TIMED = `TIMEFORMAT='%R %U %S'; time "$@"`;

/** Milliseconds of the import, of the process from start to end, and of its CPU, which other work on the machine changes little. */
async function start({ url, args }) {
  const command = [process.execPath, ...(args ?? ['--input-type=module', '-e', importing(url)])];
  const { stdout, stderr } = await run('bash', ['-c', TIMED, 'bash', ...command]);
  const [whole, user, system] = stderr
    .trim()
    .split(' ')
    .map((seconds) => 1000 * Number(seconds));
  return { whole, cpu: user + system, import: url === undefined ? undefined : Number(stdout) };
}

export async function starts({ rounds }) {
  const contenders = Object.fromEntries(Object.entries(STARTS).map(([name, what]) => [name, () => start(what)]));
  const results = await interleaved(rounds, contenders);
  const rows = Object.entries(results).map(([name, all]) => ({
    name,
    imported: STARTS[name].url === undefined ? undefined : spread(all.map((each) => each.import)),
    whole: spread(all.map(({ whole }) => whole)),
    cpu: spread(all.map(({ cpu }) => cpu)),
    wanted: WANTED[name],
  }));
  const columns = { name: 'what', imported: 'import, ms', whole: 'process, ms', cpu: 'CPU, ms', wanted: 'wanted ≤' };
  return [{ title: 'Starts', columns, rows, notes: ['Median, lowest and highest; the files are in the page cache.'] }];
}
