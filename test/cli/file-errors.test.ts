import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { exitCodeFor } from '../../src/cli/run/exit-codes.js';
import { ArchiveError } from '../../src/errors/index.js';
import { ltoCommand } from './support.js';

const lto = ltoCommand();
const run = promisify(execFile);

beforeEach(async () => {
  await lto.document(['virtual', 'create', 'drive', '--barcode', 'AA0001L8']);
  await mkdir(lto.path('folder'));
  await writeFile(lto.path('folder/file'), Buffer.alloc(3 << 20, 7));
  await lto.document(['write', 'folder']);
});

describe('a file system that fails is not the fault of the archive or of the drive', () => {
  it('when it is full while an archive is extracted', async ({ skip }) => {
    await mkdir(lto.path('full'));
    const mount = run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', lto.path('full')]);
    if (!(await mount.catch(() => undefined))) skip('it cannot mount a file system');
    try {
      const { code, stderr } = await lto.run(['read', '0', '-C', 'full/below']);
      expect([code, stderr]).toEqual([20, expect.stringMatching(/ENOSPC.*make room.*\[LTO_ARCHIVE\]/)]);
      const saved = await lto.run(['read', '0', '-o', 'full/file']);
      expect([saved.code, saved.stderr]).toEqual([
        20,
        expect.stringMatching(/full\/file: the file system is full \(ENOSPC\)\. Make room.*\[LTO_FILE\]/),
      ]);
    } finally {
      await run('umount', [lto.path('full')]);
    }
  });

  it.each([
    [['read', '0', '-o', '/dev/full', '--force'], /\/dev\/full: the file system is full \(ENOSPC\).*\[LTO_FILE\]/],
    [['read', '0', '-o', 'nowhere/file'], /nowhere\/file: there is no such file or folder \(ENOENT\).*\[LTO_FILE\]/],
    [['read', '0', '-o', 'folder/file/x'], /folder\/file\/x.*\(ENOTDIR\).*\[LTO_FILE\]/],
    [['write', 'nowhere'], /nowhere: there is no such file or folder \(ENOENT\)\. Check the path \[LTO_FILE\]/],
    [['write', '--files-from', 'nowhere'], /nowhere: there is no such file or folder.*\[LTO_FILE\]/],
  ] as const)('%j', async (args, expected) => {
    const { code, stderr } = await lto.run(args);
    expect([code, stderr]).toEqual([20, expect.stringMatching(expected)]);
  });

  it('when standard output is full', async () => {
    const shown = await lto.onTerminal('lto read 0 -d virtual:drive > /dev/full; echo "ended with $?"', []);
    expect(shown).toMatch(/standard output: the file system is full \(ENOSPC\).*\[LTO_FILE\].*ended with 20/s);
  });
});

it('an archive that is damaged is still told from a folder that fails', () => {
  expect(exitCodeFor(new ArchiveError('x', { reason: 'damaged' }))).toBe(2);
  expect(exitCodeFor(new ArchiveError('x', { reason: 'failed' }))).toBe(20);
  expect(exitCodeFor(new Error('x'))).toBe(1);
});
