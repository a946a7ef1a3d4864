import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { Inventory } from '../../src/library/inventory.js';
import { createVirtualLibrary } from '../../src/virtual/index.js';
import { expectValid } from '../support/command-schemas.js';
import { ltoCommand } from './support.js';

const lto = ltoCommand();

it('lto library: status, load, unload, transfer, exchange, mail slots, lock and audit', async () => {
  await lto.document([
    'virtual',
    'create-library',
    'library',
    '--slots',
    '4',
    '--cartridges',
    '2',
    '--capacity',
    '1MB',
  ]);
  const library = (...args: readonly string[]) => lto.document(['library', ...args, '-l', 'virtual:library']);
  const at = async (barcode: string) => {
    const { elements } = await library('status');
    const found = (elements as Inventory['elements']).find((element) => element.barcode === barcode);
    return `${found?.kind} ${found?.number}`;
  };
  expect(await at('A00002L8')).toBe('slot 2');
  expect(await library('load', 'A00002L8', '2')).toMatchObject({
    barcode: 'A00002L8',
    drive: { node: 'virtual:library/drives/2' },
  });
  expect(await at('A00002L8')).toBe('drive 2');
  expect(await library('unload', '2')).toMatchObject({ moves: [{ to: { kind: 'slot', number: 2 } }] });
  await library('transfer', '2', '4');
  await library('exchange', 'A00001L8', 'A00002L8');
  expect([await at('A00001L8'), await at('A00002L8')]).toEqual(['slot 4', 'slot 1']);
  await library('export', 'A00001L8');
  expect(await at('A00001L8')).toBe('mail-slot 5');
  expect(await library('import')).toMatchObject({ moves: [{ barcode: 'A00001L8', to: { kind: 'slot', number: 2 } }] });
  expect(await library('lock')).toEqual({ locked: true });
  expect((await library('audit')).elements).toHaveLength(9);
});

it('lto library refuses with its own exit code, and names what is missing', async () => {
  await lto.document(['virtual', 'create-library', 'other', '--slots', '2', '--cartridges', '1', '--capacity', '1MB']);
  const refused = await lto.run(['library', 'load', 'B00001L8', '1', '-l', 'virtual:other']);
  expect([refused.code, refused.stderr]).toEqual([
    18,
    expect.stringContaining('there is no cartridge or slot B00001L8'),
  ]);
  const unnamed = await lto.run(['library', 'status']);
  expect([unnamed.code, unnamed.stderr]).toEqual([2, expect.stringContaining('no library is named')]);
});

it('lto library watch prints a line for each event until Ctrl-C, which is its usual end', async () => {
  for (const json of [false, true]) {
    // A new library first reports that its power came on.
    const folder = json ? 'json' : 'text';
    await createVirtualLibrary(lto.path(folder), { slots: 2, cartridges: 1, capacityBytes: 1e6 });
    const args = ['library', 'watch', '-l', `virtual:${folder}`, '--interval', '0.01', ...(json ? ['--json'] : [])];
    const watching = lto.start(args);
    const first = await new Promise<Buffer>((resolve) => watching.stdout.once('data', resolve));
    watching.kill('SIGINT');
    expect((await watching.ended).code).toBe(0);
    if (json) {
      const event = JSON.parse(first.toString());
      expect(event).toMatchObject({ type: 'attention', time: expect.any(String) });
      expectValid('library-watch', event);
    } else expect(first.toString()).toMatch(/^\d{4}-\S+Z {2}attention {12}\S/);
  }
  const wrong = await lto.run(['library', 'watch', '-l', 'virtual:text', '--interval', 'soon']);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('is not a number of seconds')]);
});

it.each([
  ['lto library clean', ['library', 'clean', '1']],
  ['lto clean -l', ['clean', '-d', '1']],
])('%s counts in the file of --cleaning-log', async (_name, words) => {
  await createVirtualLibrary(lto.path('cleaned'), { slots: 2, cartridges: 1, cleaning: 1, capacityBytes: 1e6 });
  const clean = () => lto.document([...words, '-l', 'virtual:cleaned', '--cleaning-log', 'cleanings.json']);
  const { uses } = await clean();
  expect(await clean()).toMatchObject({ uses: Number(uses) + 1 });
  const log = JSON.parse(await readFile(lto.path('cleanings.json'), 'utf8'));
  expect(Object.values(log.uses)).toEqual([2]);
});

it('lto clean refuses --cleaning-log without a library', async () => {
  const { code, stderr } = await lto.run(['clean', '--cleaning-log', 'cleanings.json']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('Name the library with -l')]);
});
