// What the addon does for many files a call, against what TypeScript does for each by itself.
import { chownSync, lstatSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArchiveFault } from '../../src/archive/decode/fault.js';
import { NativeFolder } from '../../src/archive/extract/folder/native-folder.js';
import { paxMember, type TarMember, tarOf } from '../support/tar-bytes.js';
import { describeTree, isRoot } from '../support/tree.js';
import { extractBytes, oneByOne, temporaryFolder } from './support.js';

const folder = temporaryFolder('lto-at-once-');
const MANY = { numRuns: Number(process.env.FC_RUNS ?? 60) };

describe('files that are extracted at once', () => {
  const path = fc.constantFrom(
    'f',
    './f',
    'd/f',
    './d/./f',
    'd//f',
    'd/../f',
    '/f',
    'd',
    'd/',
    'e/f',
    '',
    '.',
    'd/\xe4',
  );
  const records = fc.dictionary(
    fc.constantFrom('mtime', 'atime', 'ctime', 'path', 'uid', 'size', 'comment', 'SCHILY.xattr.user.a', 'hdrcharset'),
    fc.constantFrom(
      '',
      '1',
      '1.5',
      '-1.5',
      '.5',
      '1.',
      '1.0000000001',
      'd/g',
      '../g',
      'x\0y',
      'g/',
      'BINARY',
      '99999999999',
    ),
    { maxKeys: 3 },
  );
  const member: fc.Arbitrary<TarMember[]> = fc.oneof(
    fc
      .record({
        name: path,
        type: fc.constantFrom('0', '0', '0', '0', '\0', '5', '2', '1', '7', 'L'),
        link: fc.constantFrom('f', 'd', '..', ''),
        content: fc.constantFrom('', 'content', 'c'.repeat(600)),
        mode: fc.constantFrom(0o644, 0o4755, 0o1777, 0),
        mtime: fc.constantFrom(0, 1, 8_589_934_591),
        magic: fc.constantFrom('ustar\x0000', 'ustar\x0000', 'ustar  \0', 'ustar\x0011', ''),
        patch: fc.constantFrom<TarMember['patch']>(
          [],
          [],
          [],
          [[508, 'tar\0']],
          [[124, '       1\0']],
          [[345, 'pre']],
          [[100, '0644   ']],
        ),
      })
      .map((made) => [made]),
    fc.tuple(records, fc.constantFrom('x', 'x', 'x', 'g')).map(([made, type]) => [paxMember(made, type)]),
  );
  const members = fc.array(member, { maxLength: 6 }).map((made) => made.flat());
  /** A byte anywhere that is another one, and where the archive ends. */
  const damage = fc.record({ at: fc.nat(), byte: fc.nat({ max: 255 }), end: fc.option(fc.nat(), { nil: undefined }) });

  /** Of the tests, in nanoseconds, by a clock as coarse as that of a file system. */
  const BEGUN = BigInt(Date.now() - 1000) * 1_000_000n;

  async function outcomeOf(bytes: Buffer, alone: boolean, policy: { force: boolean; preserve: boolean }) {
    const target = folder.path('target');
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target);
    writeFileSync(folder.path('target', 'e'), 'was there');
    utimesSync(folder.path('target', 'e'), 1, 1);
    let outcome: unknown;
    try {
      outcome = extractBytes(bytes, alone ? oneByOne(new NativeFolder(target)) : new NativeFolder(target), policy);
    } catch (error) {
      if (!(error instanceof ArchiveFault)) throw error;
      outcome = error.facts;
    }
    // Folders that the archive does not name, and files of which it tells no time, have the time at which they were made.
    const times = [...(await describeTree(target))].map(([name, line]) => [
      name,
      line.replace(/at (\d{19})/, (whole, time) => (line.startsWith('folder') || BigInt(time) >= BEGUN ? '' : whole)),
    ]);
    return { outcome, times };
  }

  it('are those, and there is the fault, that there are for each by itself', async () => {
    const policy = fc.record({ force: fc.boolean(), preserve: fc.boolean() });
    const property = async (
      made: TarMember[],
      change: { at: number; byte: number; end: number | undefined },
      harm: boolean,
      how: { force: boolean; preserve: boolean },
    ) => {
      const damaged = tarOf(...made);
      if (harm) damaged[change.at % damaged.length] = change.byte;
      const cut = harm && change.end !== undefined ? damaged.subarray(0, change.end % damaged.length) : damaged;
      expect(await outcomeOf(cut, false, how)).toEqual(await outcomeOf(cut, true, how));
    };
    await fc.assert(fc.asyncProperty(members, damage, fc.boolean(), policy, property), MANY);
  });

  it('are each a file of its own where the archive has a name twice', async () => {
    const bytes = tarOf(
      { name: 'f', content: 'one' },
      { name: 'g', type: '1', link: 'f' },
      { name: 'f', content: 'two' },
    );
    expect(await outcomeOf(bytes, false, { force: false, preserve: false })).toEqual(
      await outcomeOf(bytes, true, { force: false, preserve: false }),
    );
    expect(lstatSync(folder.path('target', 'g')).nlink).toBe(1);
  });

  it('leave out the attributes that the file system does not take, and have the others', async () => {
    // More than a block of most file systems, and a name that is too long for all.
    const attributes = { 'SCHILY.xattr.user.a': 'b', 'SCHILY.xattr.user.large': 'x'.repeat(30_000) };
    const refused = { 'SCHILY.xattr.user.a': 'b', [`SCHILY.xattr.user.${'n'.repeat(300)}`]: 'b' };
    const bytes = tarOf(
      { name: 'd', type: '5', mode: 0o755 },
      ...Array.from({ length: 20 }, (_, at) => [
        paxMember(at % 4 === 3 ? refused : attributes),
        { name: `d/${at}`, content: 'content', mtime: 1 },
      ]).flat(),
    );
    const policy = { force: false, preserve: false };
    const outcome = await outcomeOf(bytes, false, policy);
    expect(outcome).toEqual(await outcomeOf(bytes, true, policy));
    expect(JSON.stringify(outcome)).toContain('extended attribute user.nnn');
  });

  it('may have hard links, as those that are made by themselves', () => {
    mkdirSync(folder.path('target'));
    const members = [{ name: 'f', content: 'x' }, { name: 'e' }, { name: 'g', type: '1', link: 'f' }];
    extractBytes(tarOf(...members), new NativeFolder(folder.path('target')));
    expect(lstatSync(folder.path('target', 'g')).nlink).toBe(2);
  });

  it.runIf(isRoot)('get the owners of the archive where they are wanted, and not otherwise', () => {
    for (const owners of [true, false]) {
      rmSync(folder.path('target'), { recursive: true, force: true });
      mkdirSync(folder.path('target'));
      chownSync(folder.path('target'), 0, 0);
      extractBytes(tarOf({ name: 'f', uid: 7, gid: 9 }), new NativeFolder(folder.path('target')), { owners });
      const { uid, gid } = lstatSync(folder.path('target', 'f'));
      expect([uid, gid]).toEqual(owners ? [7, 9] : [0, 0]);
    }
  });
});
