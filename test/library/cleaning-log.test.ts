import { link, lstat, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { countInLog } from '../../src/library/cleaning-log.js';
import { temporaryFolder } from '../virtual/support.js';

it.skipIf(process.platform === 'win32')('counts each use once, by whatever link of the file', async () => {
  const [folder, elsewhere] = [await temporaryFolder(), await temporaryFolder()];
  const path = join(folder, 'cleanings.json');
  const linked = join(elsewhere, 'linked.json');
  await symlink(path, linked);
  const uses = Array.from({ length: 10 }, (_, index) => countInLog(index % 2 === 0 ? path : linked, 'CLNU01L1'));
  expect((await Promise.all(uses)).toSorted((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ uses: { CLNU01L1: 10 } });
  expect((await lstat(linked)).isSymbolicLink()).toBe(true);
  expect([await readdir(folder), await readdir(elsewhere)]).toEqual([['cleanings.json'], ['linked.json']]);
});

it('refuses a file with several names, of which one would keep the old counts', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'cleanings.json');
  await countInLog(path, 'CLNU01L1');
  await link(path, join(folder, 'other.json'));
  await expect(countInLog(path, 'CLNU01L1')).rejects.toMatchObject({ code: 'LTO_INVALID_ARGUMENT' });
});
