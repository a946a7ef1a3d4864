import { mkdir, writeFile } from 'node:fs/promises';
import { beforeEach, expect, it } from 'vitest';
import { ltoCommand } from './support.js';

const lto = ltoCommand();
const KEYSTORE = ['--keystore', 'keystore.json', '--passphrase-file', 'passphrase'];
const BOTH = ['--keystore', 'keystore.json', '--passphrase-file', '-'];
const input = Buffer.from('pw\n');

beforeEach(async () => {
  await lto.document(['virtual', 'create', 'drive', '--barcode', 'AA0001L8']);
  await mkdir(lto.path('src'));
  await writeFile(lto.path('src/file'), 'content');
  await writeFile(lto.path('passphrase'), 'pw\n', { mode: 0o600 });
});

it.each([
  ['the passphrase and the paths', ['write', '--files-from', '-', '-C', 'src', '--key', 'offsite', ...BOTH]],
  ['the passphrase and the file', ['write', '-', '--key', 'offsite', ...BOTH]],
  ['the key and the passphrase', ['key', 'import', 'other', '--file', '-', ...BOTH]],
  ['the passphrase and the new passphrase', ['key', 'passphrase', '--new-passphrase-file', '-', ...BOTH]],
])('gives one thing: not both %s', async (what, args) => {
  await lto.document(['key', 'generate', 'offsite', ...KEYSTORE]);
  const key = args.includes('import') ? Buffer.from(`${'ab'.repeat(32)}\n`) : input;
  const { code, stderr } = await lto.run(args, { input: key });
  expect([code, stderr]).toEqual([2, expect.stringContaining(`stdin cannot give both ${what}`)]);
  expect(await lto.document(['status'])).not.toMatchObject({ fileNumber: 1 });
  expect(await lto.document(['scan'])).toMatchObject({ files: [], end: 'blank' });
});

it.each([
  ['an empty list', ['--files-from', '/dev/null', '-C', 'src']],
  ['a list of empty lines', ['--files-from', 'lines', '-C', 'src']],
  ['only what is too old', ['src/file', '-C', '.', '--newer-than', '2100-01-01']],
  ['only what is excluded', ['src/file', '-C', '.', '--exclude', 'file']],
])('no archive is written of %s', async (_what, args) => {
  await writeFile(lto.path('lines'), '\n\n');
  const { code, stderr } = await lto.run(['write', ...args]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('there is nothing to archive')]);
  expect(await lto.document(['scan'])).toMatchObject({ files: [], end: 'blank' });
});

it('an archive of one empty folder is one', async () => {
  await mkdir(lto.path('empty'));
  expect(await lto.document(['write', 'empty'])).toMatchObject({ archive: { entries: 1 } });
});
