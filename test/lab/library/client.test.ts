import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { listLibraries } from '../../../src/library/open/list-libraries.js';
import { TapeLibrary } from '../../../src/library/tape-library.js';
import { openLibraryControls } from '../../../src/virtual/index.js';
import { command } from '../command.js';

// TapeLibrary on the virtual library under Linux's sg and st, and mtx as the judge of where cartridges are.

const { LTO_LAB_CHANGER: changer = '', LTO_LAB_LIBRARY: folder = '' } = process.env;
const LTO = fileURLToPath(new URL('../../../lib/cli/main.js', import.meta.url));

it('our client drives the library through the kernel, and mtx sees the same', async () => {
  expect((await listLibraries()).map(({ device }) => device)).toContain(changer);
  const library = await TapeLibrary.open(changer);
  onTestFinished(() => library.close());
  const { elements } = await library.inventory();
  expect(elements.filter(({ kind }) => kind === 'drive').map(({ node }) => node)).toEqual(['/dev/nst0', '/dev/nst1']);
  const slot = elements.find(({ kind, mediumType }) => kind === 'slot' && mediumType === 'data');
  const barcode = slot?.barcode ?? '';
  expect(await library.load(barcode, 2)).toMatchObject({ barcode, drive: { node: '/dev/nst1' } });
  expect(await command('mtx', '-f', changer, 'status')).toMatch(new RegExp(`Data Transfer Element 1:Full.*${barcode}`));
  expect(await library.unload('/dev/nst1')).toMatchObject({ to: { address: slot?.address } });
});

it('lto library watch tells what mtx and an operator do', async () => {
  const controls = await openLibraryControls(folder);
  const watching = spawn(process.execPath, [LTO, 'library', 'watch', '-l', changer, '--interval', '0.1', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    watching.kill('SIGKILL');
    await controls.close();
  });
  const lines = createInterface(watching.stdout)[Symbol.asyncIterator]();
  const next = async (type: string): Promise<unknown> => {
    for (;;) {
      const event = JSON.parse((await lines.next()).value ?? '{}');
      if (event.type === type) return event;
    }
  };
  // The tests before may have left cartridges in the mail slots.
  const { elements } = await controls.state();
  const mailed = elements.flatMap(({ type, cartridge }) => (type === 'mail slot' && cartridge ? [cartridge] : []));
  for (const barcode of mailed) await controls.export(barcode);
  await controls.import({ barcode: 'WATCH1L8', capacityBytes: 1e6 });
  // It is in the first inventory, or arrives after it: what comes next is certain.
  const from = { kind: 'mail-slot', number: 7 };
  const move = async (source: number, to: number) =>
    command('mtx', '-f', changer, 'transfer', String(source), String(to));
  await expect
    .poll(
      async () => {
        await move(7, 8);
        await delay(2000);
        await move(8, 7);
        return Promise.race([next('moved'), delay(5000)]);
      },
      { timeout: 60_000 },
    )
    .toMatchObject({ barcode: 'WATCH1L8', from, to: { kind: 'mail-slot', number: 8 } });
  await controls.export('WATCH1L8');
  expect(await next('mail-slot')).toMatchObject({ type: 'mail-slot' });
  expect(await next('gone')).toMatchObject({ barcode: 'WATCH1L8' });
  const ended = new Promise((resolve) => watching.once('exit', resolve));
  watching.kill('SIGINT');
  expect(await ended).toBe(0);
  for (const barcode of mailed) await controls.import(barcode);
});
