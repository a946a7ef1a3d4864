import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LtoError } from '../../../errors/index.js';
import { EXPOSITION_TYPE, exposition } from '../../../provider/monitor/metrics/exposition.js';
import { SharedReading } from '../../../provider/monitor/shared-reading.js';
import type { ObservedDrives } from '../../../provider/observe/observed-drives.js';
import { type ListenAddress, parseListen } from '../../input/listen.js';
import { print } from '../../output/standard-output.js';
import { jsonLines, printText, textLines, visible } from '../../output/terminal.js';
import { interruptible } from '../../run/interrupt.js';
import { type ObservedOptions, withObserved } from '../../run/observed.js';

interface MetricsOptions extends ObservedOptions {
  readonly listen?: string | undefined;
}

const PATH = '/metrics';
/** Scrapers that come at the same time share a look. */
const SHARED_MS = 1000;

export async function metrics({ listen, ...options }: MetricsOptions) {
  const address = listen === undefined ? undefined : parseListen(listen);
  return withObserved(options, async (drives) => {
    if (address !== undefined) return serve(drives, address, options.json ?? false);
    const observations = await drives.look();
    return { document: { drives: observations }, text: exposition(observations).trimEnd() };
  });
}

/** Prints where it listens, and ends with a signal, which is no error. */
async function serve(drives: ObservedDrives, address: ListenAddress, json: boolean): Promise<undefined> {
  const reading = new SharedReading(async () => ({ value: exposition(await drives.look()), readAt: Date.now() }));
  await interruptible(async ({ signal }) => {
    const server = createServer((request, response) => void answer(request, response, reading));
    const url = await listening(server, address);
    try {
      await print(json ? jsonLines({ ready: true, url }) : textLines(`metrics at ${url}; Ctrl-C ends it`));
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
}

async function listening(server: Server, { host, port }: ListenAddress): Promise<string> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new LtoError('LTO_LISTEN', `cannot listen at ${host}:${port}: ${message}`, {
      errno: code,
      cause,
      next: 'Name another port with --listen, or 0 for a free one',
    });
  }
  const { address, family, port: actual } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}${PATH}`;
}

async function answer(
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
  reading: SharedReading<string>,
): Promise<void> {
  const [path] = url.split('?', 1);
  if (method !== 'GET' && method !== 'HEAD') return send(response, 405, 'only GET\n', { allow: 'GET, HEAD' });
  if (path === '/') return send(response, 200, `lto: the metrics are at ${PATH}\n`);
  if (path !== PATH) return send(response, 404, `nothing here: the metrics are at ${PATH}\n`);
  try {
    const { value } = await reading.get(SHARED_MS);
    send(response, 200, value, { 'content-type': EXPOSITION_TYPE });
  } catch (error) {
    // The scraper learns that there are no values; the next scrape tries again.
    printText(process.stderr, `lto: ${visible(error instanceof Error ? error.message : String(error))}`);
    send(response, 500, 'the drives cannot be looked at; see the log of lto\n');
  }
}

function send(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers });
  response.end(text);
}
