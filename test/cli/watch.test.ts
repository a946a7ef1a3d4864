import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { createVirtualDrive } from '../../src/virtual/index.js';
import { expectValid } from '../support/command-schemas.js';
import { ltoCommand } from './support.js';

const lto = ltoCommand();

/** The first line with the state of a drive that has answered. */
async function firstLine(...args: readonly string[]) {
  const running = lto.start(['watch', '--interval', '0.3', ...args]);
  onTestFinished(() => running.kill('SIGKILL'));
  const lines = createInterface({ input: running.stdout });
  for await (const line of lines) if (/\bready\b/.test(line)) return { line, running };
  throw new Error((await running.ended).stderr);
}

it('prints a line for each drive at each look without a terminal, and ends with a signal', {
  timeout: 300_000,
}, async () => {
  await createVirtualDrive(lto.path('drive'), { cartridge: { barcode: 'WATCH1L8' } });
  const { line, running } = await firstLine();
  expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z {2}virtual:\S+ +ready +WATCH1L8 +0 % +35 °C$/);
  running.kill('SIGINT');
  const { code, stdout } = await running.ended;
  expect(code).toBe(0);
  expect(stdout.toString()).not.toContain('\u001b');
});

it('prints documents with --json', { timeout: 300_000 }, async () => {
  await createVirtualDrive(lto.path('drive'), { cartridge: { barcode: 'WATCH1L8' } });
  const { line } = await firstLine('--json', '-d', `virtual:${lto.path('drive')}`, '-d', '/dev/nst92');
  const document = JSON.parse(line);
  expectValid('watch', document);
  expect(document).toMatchObject({
    time: expect.stringMatching(/Z$/),
    state: 'ready',
    verdict: 'good',
    cartridge: { barcode: 'WATCH1L8', capacity: expect.any(Number), loads: 1 },
    place: { fileNumber: 0, bufferedBytes: 0 },
    alerts: [],
  });
});

it('draws on the other screen of a terminal, and gives the first one back', { timeout: 300_000 }, async () => {
  await createVirtualDrive(lto.path('drive'), { cartridge: { barcode: 'WATCH1L8' } });
  const line = `timeout --signal=INT 20 "$NODE" "$LTO" watch --interval 0.3 -d virtual:${lto.path('drive')}; echo "ended with $?"`;
  const [node = '', command = ''] = lto.program;
  const shown = await lto.onTerminal(line.replace('"$NODE"', `"${node}"`).replace('"$LTO"', `"${command}"`), []);
  const from = shown.indexOf('\u001b[?1049h');
  const to = shown.lastIndexOf('\u001b[?25h\u001b[?1049l');
  expect(from).toBeGreaterThanOrEqual(0);
  expect(to).toBeGreaterThan(from);
  const view = shown.slice(from, to);
  expect(view).toContain('WATCH1L8');
  expect(view).toMatch(/\[░+\] 0 % of 12\.0 TB/);
  expect(view.split('\u001b[H').length).toBeGreaterThan(3);
  expect(shown.slice(to)).toMatch(/ended with (?:0|124)/);
});

it('refuses an interval that is none', { timeout: 300_000 }, async () => {
  for (const interval of ['x', '', '-1', '1e9', 'NaN']) {
    expect((await lto.run(['watch', `--interval=${interval}`])).code, interval).toBe(2);
  }
});
