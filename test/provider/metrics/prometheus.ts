import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

// A Prometheus of its own for a test, with the rules of docs/monitoring.

const MONITORING = fileURLToPath(new URL('../../../docs/monitoring/', import.meta.url));
export const RULES = join(MONITORING, 'alerts.yml');

/** What the API answers with. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export interface Prometheus {
  api(path: string): Promise<unknown>;
  query(expression: string): Promise<readonly Series[]>;
}

export function isPrometheusInstalled(): boolean {
  try {
    execFileSync('prometheus', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Scrapes the targets (`host:port`) every second until the test ends. */
export async function startPrometheus(targets: readonly string[]): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'lto-prometheus-'));
  const jobs = targets.map((target, at) => ({ job_name: `lto${at}`, static_configs: [{ targets: [target] }] }));
  const configuration = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [RULES],
    scrape_configs: jobs,
  };
  // JSON is YAML.
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(configuration));
  const port = await freePort();
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (chunk) => (said += chunk));
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`Prometheus ended: ${said}`);
    return fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  const api = async (path: string): Promise<unknown> => {
    const answer = (await (await fetch(`${url}/api/v1/${path}`)).json()) as { status: string; data: unknown };
    if (answer.status !== 'success') throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer.data;
  };
  const query = async (expression: string) => {
    const data = (await api(`query?query=${encodeURIComponent(expression)}`)) as { result: Series[] };
    return data.result;
  };
  return { api, query };
}

/** Asks until it is so. */
export async function until(isSo: () => Promise<boolean>, ms = 60_000): Promise<void> {
  for (const begun = Date.now(); !(await isSo()); await delay(200)) {
    if (Date.now() - begun > ms) throw new Error('it never came to be');
  }
}

/** The expressions of the dashboard, for all drives. */
export async function dashboardExpressions(): Promise<readonly string[]> {
  const dashboard = JSON.parse(await readFile(join(MONITORING, 'grafana-dashboard.json'), 'utf8'));
  const panels: readonly { readonly targets: readonly { readonly expr: string }[] }[] = dashboard.panels;
  return panels.flatMap(({ targets }) =>
    targets.map(({ expr }) => expr.replaceAll('$device', '.*').replaceAll('$__rate_interval', '1m')),
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
