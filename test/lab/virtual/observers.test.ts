import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import {
  dashboardExpressions,
  isPrometheusInstalled,
  startPrometheus,
  until,
} from '../../provider/metrics/prometheus.js';
import { shell } from '../command.js';
import { freshCartridge, openDrive } from './served.js';

// Who looks at a drive of the kernel's disturbs nobody: dd, which holds it, is the job of another program.

const LTO = fileURLToPath(new URL('../../../lib/cli/main.js', import.meta.url));
const MIB = 2 ** 20;
const COPY = join(tmpdir(), 'observed-job');
/** Eight mebibytes, a pause in which the tape of a real drive stops, and as many again. */
const JOB = `(head -c ${8 * MIB} /dev/urandom; sleep 4; head -c ${8 * MIB} /dev/urandom) | tee ${COPY} | dd bs=64k iflag=fullblock of=/dev/nst0 status=none`;
const IS_WHOLE = `mt -f /dev/nst0 rewind && dd if=/dev/nst0 bs=64k status=none | cmp - ${COPY} && rm ${COPY}`;

/** `lto metrics --listen` for all drives; its address. */
async function listening(): Promise<string> {
  const child = spawn(process.execPath, [LTO, 'metrics', '--listen', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line).url;
  throw new Error('it did not begin');
}

/** The sum of a metric's values, those of other labels left out. */
function total(text: string, name: string, label = ''): number | undefined {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) && line.includes(label));
  return lines.length === 0 ? undefined : lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

it('metrics of a job of another program, which goes on as if nobody looked', async () => {
  const barcode = await freshCartridge();
  await (await openDrive()).close();
  const url = await listening();
  const scrape = async () => (await fetch(url)).text();
  const before = await scrape();
  expect(before).toContain(`barcode="${barcode}"`);
  const job = shell(JOB);
  let isOver = false;
  const over = job.finally(() => {
    isOver = true;
  });
  const scrapes: string[] = [];
  while (!isOver) {
    scrapes.push(await scrape());
    await delay(300);
  }
  await over;
  await delay(1500);
  const after = await scrape();
  expect(scrapes.length).toBeGreaterThan(5);
  expect(scrapes.some((text) => total(text, 'lto_drive_held') === 1)).toBe(true);
  // The drive was asked all the time, and told which cartridge is in it.
  for (const text of scrapes) {
    expect(total(text, 'lto_drive_state', 'state="ready"'), text).toBe(1);
    expect(total(text, 'lto_cartridge_remaining_bytes', `barcode="${barcode}"`)).toBeGreaterThan(0);
    expect(total(text, 'lto_drive_answers')).toBe(1);
  }
  const written = (text: string) => total(text, 'lto_drive_bytes_total', 'direction="writing"') ?? Number.NaN;
  expect(written(after) - written(before)).toBe(16 * MIB);
  const records = (text: string) => total(text, 'lto_drive_records_total', 'direction="writing"') ?? Number.NaN;
  expect(records(after) - records(before)).toBe(256);
  expect(total(after, 'lto_drive_back_hitches_total', 'direction="writing"')).toBe(1);
  const left = (text: string) => total(text, 'lto_cartridge_remaining_bytes') ?? Number.NaN;
  expect(left(before) - left(after)).toBeGreaterThanOrEqual(15 * MIB);
  await shell(IS_WHOLE);
});

it('every expression of the dashboard has series, also those of the driver', async (context) => {
  if (!isPrometheusInstalled()) return context.skip();
  await freshCartridge();
  await (await openDrive()).close();
  const prometheus = await startPrometheus([new URL(await listening()).host]);
  await until(async () => (await prometheus.query('up == 1')).length === 1);
  await shell(JOB);
  const expressions = (await dashboardExpressions()).filter((each) => !/lto_(errors|files)_total/.test(each));
  for (const expression of expressions) {
    // Without a flag set there is nothing to count.
    await until(async () => (await prometheus.query(expression)).length > 0, 20_000).catch(() =>
      expect.fail(expression),
    );
  }
});

it('the live view of a job of another program, as documents', async () => {
  const barcode = await freshCartridge();
  await (await openDrive()).close();
  const child = spawn(process.execPath, [LTO, 'watch', '--json', '--interval', '0.5'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const documents: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => documents.push(JSON.parse(line)));
  await until(async () => documents.length > 0);
  await shell(JOB);
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  const held = documents.filter(({ holder }) => holder !== undefined);
  expect(held.length).toBeGreaterThan(3);
  for (const document of held) expect(document).toMatchObject({ state: 'ready', cartridge: { barcode } });
  const speeds = documents.map(
    ({ activity }) => (activity as { writing: { bytesPerSecond: number } }).writing.bytesPerSecond,
  );
  expect(Math.max(...speeds)).toBeGreaterThan(MIB / 4);
  await shell(IS_WHOLE);
});
