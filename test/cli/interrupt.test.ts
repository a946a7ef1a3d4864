import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseTap } from '../virtual/tap-parser.js';
import { ltoCommand } from './support.js';

const lto = ltoCommand();
const CHUNK = Buffer.alloc(1 << 20, 5);

beforeEach(() => lto.document(['virtual', 'create', 'drive', '--barcode', 'AA0001L8']));

const image = () => readFile(lto.path('drive', 'cartridges', 'AA0001L8', 'partition-0.tap'));

/** Starts to write stdin, and gives it data until records are on tape. */
async function writeForAWhile(...options: readonly string[]) {
  const running = lto.start(['write', '-', ...options]);
  running.stdin.on('error', () => undefined);
  while ((await image()).length === 0) {
    if (!running.stdin.write(CHUNK)) await once(running.stdin, 'drain');
  }
  return running;
}

describe('Ctrl-C while writing', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s closes the file with a filemark, and tells what is in it', async (signal, expected) => {
    const running = await writeForAWhile('--json');
    running.kill(signal);
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(expected);
    const { error } = JSON.parse(stdout.toString());
    expect(error).toMatchObject({ code: 'LTO_INTERRUPTED', incomplete: { fileNumber: 0 } });
    expect(stderr).toMatch(/lto: .*file 0 is closed with a filemark, but holds only the first \d+ bytes/);
    const objects = parseTap(await image());
    const records = objects.filter((object) => object !== 'filemark');
    expect(objects.at(-1)).toBe('filemark');
    expect(objects.length - records.length).toBe(1);
    expect(records.length).toBe(error.incomplete.records);
  });

  it('leaves a tape that can be appended to', async () => {
    const running = await writeForAWhile();
    running.kill('SIGINT');
    await running.ended;
    expect(await lto.document(['write', '-'], { input: Buffer.from('next') })).toMatchObject({ fileNumber: 1 });
    expect((await lto.run(['read', '1'])).stdout.toString()).toBe('next');
  });
});
