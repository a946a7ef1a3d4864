import { link, symlink } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeTree, withSocket } from '../support/tree.js';
import { ltoCommand } from './support.js';

const lto = ltoCommand();
const file = (path: string) => ({ path, kind: 'file', bytes: Buffer.from(path) }) as const;

beforeEach(async () => {
  await lto.document(['virtual', 'create', 'drive', '--barcode', 'AA0001L8']);
  await makeTree(lto.path('tree'), [file('a'), file('sub/b'), file('sub/b.tmp'), file('sub/not UTF-8 \xff')]);
});

/** Names in a file of the tape, as they stand in its headers and in a pax record. */
async function written(number: string): Promise<string> {
  return (await lto.run(['read', number])).stdout.toString('latin1');
}

describe('lto write of folders', () => {
  it('takes several sources, patterns and names from a folder', async () => {
    await lto.document(['write', '-C', 'tree', 'sub', 'a', '--exclude', '*.tmp']);
    const archive = await written('0');
    expect(archive.startsWith('PaxHeaders/member')).toBe(true);
    expect(archive).toContain('\0sub/b\0');
    expect(archive).toContain('hdrcharset=BINARY\n');
    expect(archive).toContain('path=sub/not UTF-8 \xff\n');
    expect(archive).not.toContain('b.tmp');
  });

  it('takes what a list on stdin names, lines or with NULs', async () => {
    const lines = await lto.document(['write', '-C', 'tree', '--files-from', '-'], {
      input: Buffer.from('a\nsub/b\n'),
    });
    expect(lines.archive).toMatchObject({ entries: 2, files: 2, problemCount: 0 });
    const nulls = ['write', '--files-from', '-', '-0', '-C', 'tree'];
    const found = await lto.document(nulls, { input: Buffer.from('sub\0sub/b\0a\0') });
    expect(found.archive).toMatchObject({ entries: 5, files: 4, problemCount: 0 });
    const wrong = await lto.run(['write', '--files-from', '-', '-C', 'tree'], { input: Buffer.from('a\0') });
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('-0')]);
  });

  it('tells what it left out, and ends with 0', async () => {
    await link(lto.path('tree/a'), lto.path('tree/again'));
    await symlink('a', lto.path('tree/link'));
    const { code, stdout } = await withSocket(lto.path('tree/socket'), () => lto.run(['write', 'tree']));
    expect([code, stdout.toString()]).toEqual([0, expect.stringContaining('1 sockets')]);
    expect(stdout.toString()).toContain(lto.path('tree/socket'));
  });

  it('ends with 12 and names what could not be archived whole; the rest is on tape', async () => {
    const input = Buffer.from('a\nnowhere\nsub\n');
    const args = ['write', '-C', 'tree', '--files-from', '-'];
    const { code, stdout } = await lto.run(args, { input });
    expect([code, stdout.toString()]).toEqual([
      12,
      expect.stringContaining(`${lto.path('tree/nowhere')} (not archived)`),
    ]);
    const json = await lto.run([...args, '--json'], { input });
    expect(json.code).toBe(12);
    expect(JSON.parse(json.stdout.toString())).toMatchObject({
      fileNumber: 1,
      archive: { files: 4, problemCount: 1, problems: [{ path: lto.path('tree/nowhere'), reason: 'vanished' }] },
    });
    const strict = await lto.run([...args, '--strict'], { input });
    expect([strict.code, strict.stderr]).toEqual([12, expect.stringContaining('nowhere" vanished')]);
  });
});
