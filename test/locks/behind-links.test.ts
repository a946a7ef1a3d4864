import { link, mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { behindLinks } from '../../src/locks/behind-links.js';
import { temporaryFolder } from '../virtual/support.js';

it.skipIf(process.platform === 'win32')(
  'is the same file by each link to it, before and after it is made',
  async () => {
    const folder = await realpath(await temporaryFolder());
    await mkdir(join(folder, 'real/deep'), { recursive: true });
    await symlink('real/deep', join(folder, 'short'));
    await symlink('../file', join(folder, 'real/deep/link'));
    await symlink(join(folder, 'short/link'), join(folder, 'absolute'));
    const names = ['real/file', 'real/deep/link', 'short/link', 'absolute'].map((name) => join(folder, name));
    const path = join(folder, 'real/file');
    for (const name of names) expect(await behindLinks(name)).toEqual({ path, names: 0 });
    await writeFile(path, 'made');
    for (const name of names) expect(await behindLinks(name)).toEqual({ path, names: 1 });
    await link(path, join(folder, 'other'));
    expect(await behindLinks(join(folder, 'absolute'))).toEqual({ path, names: 2 });
  },
);

it('rejects where the folder is not, and in a circle of links', async () => {
  const folder = await temporaryFolder();
  await expect(behindLinks(join(folder, 'none/file'))).rejects.toMatchObject({ code: 'ENOENT' });
  if (process.platform === 'win32') return;
  await symlink('one', join(folder, 'other'));
  await symlink('other', join(folder, 'one'));
  await expect(behindLinks(join(folder, 'one'))).rejects.toMatchObject({ code: 'ELOOP' });
});
