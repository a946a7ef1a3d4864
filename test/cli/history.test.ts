import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { createVirtualDrive } from '../../src/virtual/index.js';
import { ltoCommand } from './support.js';

const lto = ltoCommand();

it('commands keep a history, which health judges', { timeout: 300_000 }, async () => {
  await createVirtualDrive(lto.path('drive'), { cartridge: { barcode: 'PAST01L8' } });
  await writeFile(lto.path('file'), Buffer.alloc(300_000));
  const history = lto.path('history.jsonl');
  await lto.document(['write', '--history', history, lto.path('file')]);
  await lto.document(['verify', '--history', history, '--all']);
  const types = (await readFile(history, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).type);
  expect(types).toEqual(['load', 'archive', 'archive']);
  const document = await lto.document(['health', '--history', history]);
  expect(document).toMatchObject({
    verdict: 'good',
    history: {
      verdict: 'good',
      drive: { archives: 2, failedArchives: 0 },
      cartridge: { archives: 2 },
      damagedLines: 0,
    },
  });
  const { stdout, code } = await lto.run(['health', '--history', history]);
  expect(code).toBe(0);
  expect(stdout.toString()).toMatch(/^history since \d{4}-\d\d-\d\d: good$/m);
  expect(stdout.toString()).toMatch(/^cartridge +1 loads, 2 archives, 0 of them failed/m);
  expect((await lto.run(['health', '--history'])).code).toBe(2);
  expect((await lto.run(['health', '--history', lto.path()])).stderr).toContain('LTO_HISTORY');
});
