import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ltoCommand } from './support.js';

const lto = ltoCommand();
const HERE = dirname(fileURLToPath(import.meta.url));

describe('lto demo', () => {
  it('writes and reads back a folder and a generated file, and leaves nothing behind', async () => {
    const env = { device: undefined, temporary: lto.path() };
    const report = await lto.document(['demo', '--size', '8MiB', '--folder', HERE], env);
    expect(report).toMatchObject({
      label: 'DEMO01L8',
      files: [{ fileNumber: 1 }, { fileNumber: 2, bytes: 8 << 20 }],
      memory: { barcode: 'DEMO01L8' },
    });
    expect(report.compared).toMatchObject({ entries: (await readdir(HERE)).length + 1 });
    expect(await readdir(lto.path())).toEqual([]);
  });

  it('runs on the drive that it is given, and refuses one that holds data', async () => {
    await lto.document(['virtual', 'create', 'drive']);
    const args = ['demo', '--size', '1MiB', '--folder', HERE, '--device', `virtual:${lto.path('drive')}`];
    expect((await lto.run(args)).code).toBe(0);
    expect((await lto.run(args)).code).toBe(10);
  });
});
