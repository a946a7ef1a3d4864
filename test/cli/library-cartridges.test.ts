import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ltoCommand } from './support.js';

const lto = ltoCommand();
const LIBRARY = ['-l', 'virtual:library'];

async function create(...options: readonly string[]): Promise<void> {
  const size = ['--slots', '4', '--cartridges', '3', '--capacity', '16MB'];
  await lto.document(['virtual', 'create-library', 'library', ...size, ...options]);
}

async function where(barcode: string): Promise<string> {
  const { elements } = await lto.document(['library', 'status', ...LIBRARY]);
  const all = elements as readonly { kind: string; number: number; barcode?: string }[];
  const found = all.find((element) => element.barcode === barcode);
  return `${found?.kind} ${found?.number}`;
}

it('label, write, read, list and verify bring the cartridge of a library, and put it back', async () => {
  await create();
  const on = (barcode: string) => [...LIBRARY, '-b', barcode];
  await lto.document(['label', 'A00002L8', ...on('A00002L8')]);
  expect(await where('A00002L8')).toBe('slot 2');
  const input = Buffer.from('a file in a library');
  const written = await lto.run(['write', '-', ...on('A00002L8'), '--json'], { input });
  expect([written.code, JSON.parse(written.stdout.toString())]).toMatchObject([0, { fileNumber: 1 }]);
  expect(written.stderr).toContain('A00002L8 is in drive 1');
  expect(written.stderr).toContain('A00002L8 is back from drive 1');
  const read = await lto.run(['read', '1', ...on('A00002L8')]);
  expect([read.code, read.stdout.toString()]).toEqual([0, input.toString()]);
  expect(await lto.document(['verify', '1', ...on('A00002L8')])).toMatchObject({ bytes: input.length });
  expect(await where('A00002L8')).toBe('slot 2');
});

it('leaves a cartridge where it was, or with --keep in the drive; lto status --library shows the drives', async () => {
  await create();
  await lto.document(['label', 'A00001L8', ...LIBRARY, '-b', 'A00001L8', '--keep']);
  expect(await where('A00001L8')).toBe('drive 1');
  await lto.document(['label', ...LIBRARY, '-b', 'A00001L8']);
  expect(await where('A00001L8')).toBe('drive 1');
  expect(await lto.document(['status', ...LIBRARY])).toMatchObject({
    drives: [
      { number: 1, barcode: 'A00001L8', node: 'virtual:library/drives/1', readiness: { state: 'ready' } },
      { number: 2, full: false, node: 'virtual:library/drives/2', readiness: { state: 'no-medium' } },
    ],
  });
  const text = await lto.run(['status', ...LIBRARY]);
  expect(text.stdout.toString()).toMatch(/drive 1 .*A00001L8.*ready/);
});

it('refuses a cartridge that is not there, and a library without a cartridge', async () => {
  await create();
  const missing = await lto.run(['read', '1', ...LIBRARY, '-b', 'Z00001L8']);
  expect([missing.code, missing.stderr]).toEqual([18, expect.stringContaining('Z00001L8')]);
  const unnamed = await lto.run(['read', '1', ...LIBRARY]);
  expect([unnamed.code, unnamed.stderr]).toEqual([2, expect.stringContaining('no cartridge is named')]);
  const without = await lto.run(['read', '1', '-b', 'A00001L8']);
  expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('no library is named')]);
});

describe('the label of a cartridge in a library', () => {
  const on = (barcode: string) => [...LIBRARY, '-b', barcode];

  it('is not another word than its barcode, which would lock it out: nothing is written', async () => {
    await create();
    const { code, stderr } = await lto.run(['label', 'PHOTOS', ...on('A00001L8')]);
    expect([code, stderr]).toEqual([10, expect.stringMatching(/"PHOTOS" is not the barcode.*A00001L8.*\[LTO_LABEL\]/)]);
    const unlabelled = await lto.run(['label', ...on('A00001L8')]);
    expect([unlabelled.code, unlabelled.stderr]).toEqual([10, expect.stringContaining('nothing is recorded on it')]);
    await lto.document(['label', 'A00001L8', ...on('A00001L8')]);
  });

  it('may leave out the suffix, and so may the name that it is asked for by', async () => {
    await create();
    await lto.document(['label', 'A00003', ...on('A00003L8')]);
    expect(await lto.document(['label', ...on('A00003L8')])).toEqual({ identifier: 'A00003' });
    expect(await lto.document(['label', ...on('A00003')])).toEqual({ identifier: 'A00003' });
  });
});

describe('Ctrl-C while the library loads', () => {
  /** By the record of the library, which belongs to the command meanwhile: the robot has put the cartridge down. */
  const isInDrive = async () => {
    const { memory } = JSON.parse(await readFile(lto.path('library', 'library.json'), 'utf8'));
    return '1' in memory.stored;
  };

  it.each([
    ['label', ['A00001L8', '-b', 'A00001L8']],
    ['scan', ['-b', 'A00001L8']],
    ['verify', ['1', '-b', 'A00001L8', '--json']],
    ['catalogue reconcile', ['A00001L8', '--catalogue', 'c.sqlite']],
    ['catalogue rebuild', ['A00001L8', '--catalogue', 'c.sqlite']],
  ])('ends lto %s with 130', async (command, args) => {
    await create('--load', '3');
    const running = lto.start([...command.split(' '), ...args, ...LIBRARY]);
    while (!(await isInDrive())) await delay(20);
    running.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect([code, stderr]).toEqual([130, expect.stringContaining('[LTO_INTERRUPTED]')]);
    expect(stderr).not.toContain('Abort');
  });
});
