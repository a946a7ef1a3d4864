import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A PostgreSQL server of its own, in a temporary folder, which listens on a socket there. */
export interface PostgresServer {
  /** URL of a new, empty database. */
  newDatabase(): Promise<string>;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Where Debian has the programs of the server, which are on no PATH. */
async function programs(): Promise<string | undefined> {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? await readdir(root) : [];
  return versions.map((version) => join(root, version, 'bin')).find((folder) => existsSync(join(folder, 'initdb')));
}

/** Undefined where there is no PostgreSQL, which CI has. */
export async function startPostgres(): Promise<PostgresServer | undefined> {
  const bin = await programs();
  if (bin === undefined) {
    if (process.env.CI !== undefined) throw new Error('PostgreSQL is not installed');
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'lto-pg-'));
  const data = join(folder, 'data');
  await mkdir(data, { mode: 0o700 });
  // The server refuses to run as root.
  const user = process.getuid?.() === 0 ? await userOf('postgres') : undefined;
  const as = user === undefined ? {} : { uid: user.uid, gid: user.gid };
  if (user !== undefined) for (const path of [folder, data]) await chown(path, user.uid, user.gid);
  const how = ['-D', data, '--no-sync', '-U', 'postgres', '-E', 'UTF8', '--locale=C', '-A', 'trust'];
  await run(join(bin, 'initdb'), how, { ...as, cwd: folder });
  const url = (database: string) => `postgresql://postgres@${encodeURIComponent(folder)}/${database}`;
  const query = (sql: string) => run(join(bin, 'psql'), ['-h', folder, '-U', 'postgres', '-c', sql], { cwd: folder });
  let server: ReturnType<typeof spawn> | undefined;
  let databases = 0;

  const start = async () => {
    const args = ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off'];
    server = spawn(join(bin, 'postgres'), args, { ...as, cwd: folder, stdio: 'ignore' });
    for (let attempt = 0; ; attempt += 1) {
      try {
        await query('SELECT 1');
        return;
      } catch (error) {
        if (attempt > 200) throw error;
        await delay(100);
      }
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    const ended = server;
    server = undefined;
    if (ended === undefined || ended.exitCode !== null) return;
    const gone = once(ended, 'exit');
    ended.kill(signal);
    await gone;
  };
  await start();
  return {
    newDatabase: async () => {
      databases += 1;
      await query(`CREATE DATABASE test${databases}`);
      return url(`test${databases}`);
    },
    // Immediate shutdown: the server aborts its children and does not write a checkpoint.
    kill: () => end('SIGQUIT'),
    start,
    stop: async () => {
      await end('SIGQUIT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function userOf(name: string): Promise<{ readonly uid: number; readonly gid: number }> {
  const { stdout } = await run('getent', ['passwd', name]);
  const [, , uid, gid] = stdout.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}
