import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateKey } from '../../../src/keys/data-key.js';
import { decodeStencFile, encodeStencFile } from '../../../src/keys/stenc-file.js';
import { shell } from '../command.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stenc-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('reads what stenc -g makes, with a description and without', async () => {
  for (const description of [undefined, 'September Tape Key']) {
    const path = join(folder, `made ${description}`);
    const option = description === undefined ? '' : `-kd '${description}'`;
    await shell(`echo typed | stenc -g 256 -k '${path}' ${option}`);
    const content = await readFile(path);
    const read = decodeStencFile(content);
    expect(read.description).toBe(description);
    expect(encodeStencFile(read)).toEqual(content);
  }
});

it('refuses a key of 128 bits, which stenc makes as well', async () => {
  const path = join(folder, 'short');
  await shell(`echo typed | stenc -g 128 -k '${path}'`);
  const content = await readFile(path);
  expect(() => decodeStencFile(content)).toThrow(/64 hexadecimal digits/);
});

it('writes what stenc -k takes for a key of 256 bits', async () => {
  const path = join(folder, 'exported');
  await writeFile(path, encodeStencFile({ key: generateKey(), description: '~'.repeat(32) }), { mode: 0o600 });
  // It is no tape: stenc judges the file before it asks the device.
  const said = await new Promise((resolve) => {
    execFile('stenc', ['-f', '/dev/null', '-e', 'on', '-k', path], (_error, stdout) => resolve(stdout));
  });
  expect(said).toContain('Provided key length is 256 bits.');
});
