import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { Registry } from 'prom-client';
import { expect, it, onTestFinished } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { DriveBusyError } from '../../src/errors/index.js';
import { createMetrics } from '../../src/provider/monitor/metrics/metrics.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { createVirtualDrive } from '../../src/virtual/index.js';
import {
  dashboardExpressions,
  isPrometheusInstalled,
  type Series,
  startPrometheus,
  until,
} from '../provider/metrics/prometheus.js';
import { ID, MIB, newLabelledBench, source } from '../provider/support.js';
import { ltoCommand } from './support.js';

const lto = ltoCommand();

/** `lto metrics --listen` on the drive of the test, and its address. */
async function listening(
  ...args: readonly string[]
): Promise<{ readonly url: string; readonly running: ReturnType<typeof lto.start> }> {
  const running = lto.start(['metrics', '--listen', '0', '--json', ...args]);
  onTestFinished(() => running.kill('SIGKILL'));
  for await (const line of createInterface({ input: running.stdout })) {
    return { url: JSON.parse(line).url, running };
  }
  throw new Error((await running.ended).stderr);
}

/** The drive of the test for a moment; the command has it now and then, for milliseconds. */
async function withDrive(work: (drive: TapeDrive, transport: VirtualTransport) => Promise<void>): Promise<void> {
  const folder = lto.path('drive');
  for (;;) {
    try {
      const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
      const drive = TapeDrive.onTransport(transport);
      await work(drive, transport).finally(() => drive.close());
      return;
    } catch (error) {
      if (!(error instanceof DriveBusyError)) throw error;
    }
  }
}

/** A source with what only an application has: files, errors by class. */
async function application(): Promise<string> {
  const { provider } = await newLabelledBench({ throttleMs: 0 });
  const registry = new Registry();
  const metrics = createMetrics(registry, provider);
  await provider.prepareForWrite(ID);
  await provider.writeArchive(ID, source(MIB));
  await expect(provider.writeArchive('OTHER1L8', source(MIB))).rejects.toThrow();
  const server = createServer(async (_, response) => {
    response.setHeader('content-type', registry.contentType);
    response.end(await registry.metrics());
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    metrics.close();
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** From the counters of Linux's driver, which a virtual drive has only in the kernel lab. */
const OF_THE_DRIVER = /lto_drive_(bytes|records|transfer_seconds|queue|back_hitches)/;

it('a Prometheus scrapes it, loads the rules, draws the dashboard, and an error of the drive fires an alert', async (context) => {
  if (!isPrometheusInstalled()) return context.skip();
  await createVirtualDrive(lto.path('drive'), { cartridge: { barcode: 'PROM01L8' } });
  const { url } = await listening();
  const prometheus = await startPrometheus([new URL(url).host, await application()]);
  const up = async () => (await prometheus.query('up == 1')).length === 2;
  await until(up);
  const rules = (await prometheus.api('rules')) as { groups: { rules: { name: string; health: string }[] }[] };
  const names = rules.groups.flatMap((group) => group.rules.map(({ name }) => name));
  expect(names).toEqual(expect.arrayContaining(['LtoDriveOffline', 'LtoTapeAlertCritical', 'LtoCartridgeNearlyFull']));
  const isSeen = async () => (await prometheus.query('lto_cartridge_loads_total{barcode="PROM01L8"}')).length === 1;
  await until(isSeen);

  // Rates need two scrapes.
  const expressions = await dashboardExpressions();
  expect(expressions.length).toBeGreaterThan(15);
  for (const expression of expressions) {
    const drawn = async (): Promise<readonly Series[]> => prometheus.query(expression);
    if (OF_THE_DRIVER.test(expression)) await drawn();
    else await until(async () => (await drawn()).length > 0, 20_000).catch(() => expect.fail(expression));
  }
  // A series begins with its first error: an increase since then would not show it.
  const [errors] = expressions.filter((expression) => expression.includes('lto_errors_total'));
  const counted = await prometheus.query(errors ?? '');
  expect(counted.some(({ value: [, count] }) => Number(count) > 0)).toBe(true);

  await withDrive(async (drive, { drive: virtual }) => {
    await drive.rewind();
    await drive.writeFile([Buffer.alloc(MIB)], { position: 'overwrite' });
    virtual.faults = [{ command: 'READ(6)', outcome: { sense: { key: 3, asc: 0x11, ascq: 0 } } }];
    await expect(drive.verifyFile(0)).rejects.toThrow();
  });
  await until(async () => {
    const { alerts } = (await prometheus.api('alerts')) as {
      alerts: { labels: Record<string, string>; state: string }[];
    };
    const firing = alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels);
    return firing.some(({ alertname, flag }) => alertname === 'LtoTapeAlertCritical' && flag === '5');
  });
  expect((await prometheus.query('lto_drive_uncorrected_errors_total{direction="reading"} > 0')).length).toBe(1);
});

it('ends with a signal, answers only GET at its paths, and says what is wrong with an address', async () => {
  await createVirtualDrive(lto.path('drive'));
  const { url, running } = await listening();
  expect((await fetch(url)).headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect((await fetch(url, { method: 'POST' })).status).toBe(405);
  expect((await fetch(new URL('/other', url))).status).toBe(404);
  expect((await fetch(new URL('/', url))).status).toBe(200);
  const { port } = new URL(url);
  const second = await lto.run(['metrics', '--listen', port]);
  expect(second).toMatchObject({ code: 1, stderr: expect.stringMatching(/EADDRINUSE.*\[LTO_LISTEN\]/s) });
  running.kill('SIGTERM');
  expect((await running.ended).code).toBe(0);
  for (const bad of ['', 'x', '70000', ':1', 'a:b:1', '-1', '1e3', '[x]:1']) {
    expect((await lto.run(['metrics', `--listen=${bad}`])).code, bad).toBe(2);
  }
});

it('a drive that another process has is busy, one that is not there is offline, and neither ends the command', async () => {
  await createVirtualDrive(lto.path('drive'));
  await withDrive(async () => {
    const { code, stdout } = await lto.run(['metrics', '-d', `virtual:${lto.path('drive')}`, '-d', '/dev/nst93']);
    expect(code).toBe(0);
    const text = stdout.toString();
    expect(text).toMatch(/^lto_drive_state\{device="virtual:.*",state="busy"\} 1$/m);
    expect(text).toMatch(/^lto_drive_state\{device="\/dev\/nst93",state="offline"\} 1$/m);
    expect(text).toMatch(/^lto_drive_held\{device="virtual:.*"\} 1$/m);
  });
  const { drives } = (await lto.document(['metrics'])) as { drives: { live: { online: boolean } }[] };
  expect(drives[0]?.live.online).toBe(true);
});

it('a barcode that would break out of its label stays in it', async () => {
  await createVirtualDrive(lto.path('drive'), { cartridge: false });
  await withDrive(async (drive, { drive: virtual }) => {
    await virtual.insert({ barcode: 'A00001L8' });
    await drive.setAttributes({ barcode: 'A"} 1\\' });
  });
  const { stdout } = await lto.run(['metrics']);
  const lines = stdout
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines.some((line) => line.includes('barcode="A\\"} 1\\\\"'))).toBe(true);
  for (const line of lines) expect(line).toMatch(/^lto_[a-z_]+\{(?:[a-z]+="(?:[^"\\\n]|\\.)*",?)+\} -?[\d.e+]+$/);
});
