import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArchiveReader } from '../../src/archive/decode/archive-reader.js';
import { toText } from '../../src/archive/encode/byte-string.js';
import { MemberTap, type PassingMember, type TapOutcome } from '../../src/archive/tap/member-tap.js';
import { temporaryFolder } from '../virtual/support.js';

const run = promisify(execFile);

function tapped(bytes: Uint8Array, sizes: () => number): { members: PassingMember[]; outcome: TapOutcome } {
  const members: PassingMember[] = [];
  const tap = new MemberTap((member) => members.push(member));
  for (let at = 0; at < bytes.length; ) {
    const size = sizes();
    tap.write(bytes.subarray(at, at + size));
    at += size;
  }
  return { members, outcome: tap.outcome };
}

/** What our reader of whole archives finds. */
function read(bytes: Uint8Array): Pick<PassingMember, 'path' | 'type' | 'size' | 'target'>[] {
  let at = 0;
  const next = (most: number) => {
    const piece = bytes.subarray(at, at + most);
    at += piece.length;
    return piece.length === 0 ? undefined : piece;
  };
  const reader = new ArchiveReader({ next });
  const found = [];
  for (let member = reader.next(); member !== undefined; member = reader.next()) {
    const { path, type, size, target } = member;
    found.push({ path, type, size, target });
  }
  return found;
}

async function tree(): Promise<string> {
  const folder = await temporaryFolder();
  const long = join(folder, 'a'.repeat(90), 'b'.repeat(90));
  await mkdir(long, { recursive: true });
  await writeFile(join(folder, 'small.txt'), 'small');
  await writeFile(join(folder, 'empty'), '');
  await writeFile(join(long, 'ünï.txt'), Buffer.alloc(3000, 7));
  await writeFile(join(folder, 'large.bin'), Buffer.alloc(70_000, 9));
  await symlink('small.txt', join(folder, 'link'));
  await run('truncate', ['-s', '4M', join(folder, 'holes')]);
  await run('dd', ['if=/dev/urandom', `of=${join(folder, 'holes')}`, 'bs=64k', 'count=1', 'seek=20', 'conv=notrunc']);
  await run('ln', [join(folder, 'small.txt'), join(folder, 'hard')]);
  return folder;
}

describe('members of an archive that passes', () => {
  it.each(['gnu', 'pax', 'ustar', 'oldgnu', 'posix'])(
    'are those that GNU tar lists, where it has them (%s)',
    async (format) => {
      const folder = await tree();
      const archive = join(await temporaryFolder(), 'archive.tar');
      const sparse = format === 'ustar' ? [] : ['-S'];
      await run('tar', ['-C', folder, `--format=${format}`, ...sparse, '-cf', archive, '.']);
      const bytes = await readFile(archive);
      const { members, outcome } = tapped(bytes, () => 10_007);
      expect(outcome).toBe('all');
      // `block 12: name`, the last line for the end.
      const { stdout } = await run('tar', ['-tRf', archive, '--quoting-style=literal', '--show-transformed-names']);
      const listed = stdout
        .trim()
        .split('\n')
        .flatMap((line) => [/^block (\d+): (.*)$/.exec(line)])
        .flatMap((found) => (found && !found[2]?.startsWith('**') ? [[found[2], Number(found[1]) * 512]] : []));
      // tar counts to the header itself, we to the extensions before it.
      expect(members.map(({ path }) => toText(path))).toEqual(listed.map(([path]) => path));
      for (const [index, { offset, length }] of members.entries()) {
        const block = Number(listed[index]?.[1]);
        expect(block).toBeGreaterThanOrEqual(offset);
        expect(block).toBeLessThan(offset + length);
        expect(offset + length).toBe(members[index + 1]?.offset ?? offset + length);
      }
      expect(members.map(({ path, type, size, target }) => ({ path, type, size, target }))).toEqual(read(bytes));
    },
  );

  it('are whole archives by themselves', async () => {
    const folder = await tree();
    const archive = join(await temporaryFolder(), 'archive.tar');
    await run('tar', ['-C', folder, '--format=pax', '-S', '-cf', archive, '.']);
    const bytes = await readFile(archive);
    for (const { path, type, size, offset, length } of tapped(bytes, () => 4096).members) {
      const alone = Buffer.concat([bytes.subarray(offset, offset + length), Buffer.alloc(1024)]);
      expect(read(alone)).toMatchObject([{ path, type, size }]);
    }
  });

  it('do not depend on the pieces that the bytes come in', async () => {
    const folder = await tree();
    const archive = join(await temporaryFolder(), 'archive.tar');
    await run('tar', ['-C', folder, '--format=gnu', '-S', '-cf', archive, '.']);
    const bytes = await readFile(archive);
    const whole = tapped(bytes, () => bytes.length);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 }), (sizes) => {
        let next = 0;
        expect(tapped(bytes, () => sizes[next++ % sizes.length] ?? 1)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('are fewer where the archive is damaged or cut off, and none where there is none; nothing is ever thrown', async () => {
    const folder = await tree();
    const archive = join(await temporaryFolder(), 'archive.tar');
    await run('tar', ['-C', folder, '--format=pax', '-cf', archive, '.']);
    const bytes = await readFile(archive);
    expect(tapped(bytes.subarray(0, 6000), () => 512).outcome).toBe('some');
    expect(tapped(Buffer.from('no archive at all'.repeat(100)), () => 100)).toEqual({ members: [], outcome: 'none' });
    expect(tapped(Buffer.alloc(0), () => 1)).toEqual({ members: [], outcome: 'none' });
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (place, value) => {
        const damaged = Buffer.from(bytes);
        damaged[place] = value;
        tapped(damaged, () => 1000);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4096 }), (any) => {
        tapped(any, () => 700);
      }),
    );
  });
});
