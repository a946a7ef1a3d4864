import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ArchiveFault } from '../../src/archive/decode/fault.js';
import { NativeFolder } from '../../src/archive/extract/folder/native-folder.js';
import { randomFrom } from '../../src/virtual/unit/random.js';
import { memoryInUse } from '../support/memory.js';
import { paxMember, tarOf } from '../support/tar-bytes.js';
import { extractBytes, snapshot, temporaryFolder } from './support.js';

// As at night: FUZZ_RUNS=1000000 npx vitest run test/archive/extract-fuzz --testTimeout 7200000
const RUNS = Number(process.env.FUZZ_RUNS ?? 2000);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
/** Of memory that is in use: garbage that was not collected yet is none. */
const GROWTH = 32 * 2 ** 20;
/** Node.js runs finalizers of the addon's objects in a turn of the event loop: without one, each folder keeps 0.3 kB. */
const ROUNDS_BETWEEN_TURNS = 100;
const folder = temporaryFolder('lto-fuzz-');

const SEEDS: readonly Buffer[] = [
  tarOf(
    { name: 'd/', type: '5', mode: 0o755 },
    { name: 'd/f', content: 'content' },
    { name: 'd/l', type: '2', link: '../x' },
  ),
  tarOf({ name: 'f', content: 'x' }, { name: 'g', type: '1', link: 'f' }, { name: 'p', type: '6' }),
  tarOf(paxMember({ path: 'long', uid: '1', mtime: '-1.5', 'SCHILY.xattr.user.a': 'b' }), { name: 'x', content: 'y' }),
  tarOf(paxMember({ gid: '5', 'SCHILY.acl.access': 'user::rwx,group::r--,other::---' }, 'g'), { name: 'x' }),
  tarOf({ name: '././@LongLink', type: 'L', content: `${'n'.repeat(150)}\0` }, { name: 'x', magic: 'ustar  \0' }),
  tarOf(paxMember({ 'GNU.sparse.size': '9000', 'GNU.sparse.map': '0,3,8000,4' }), { name: 's', content: '1234567' }),
  tarOf(
    paxMember({
      'GNU.sparse.major': '1',
      'GNU.sparse.minor': '0',
      'GNU.sparse.name': 's',
      'GNU.sparse.realsize': '9000',
    }),
    { name: 'z', content: `${'1\n8000\n7\n'.padEnd(512, '\0')}1234567` },
  ),
  tarOf({
    name: 'o',
    type: 'S',
    magic: 'ustar  \0',
    content: '1234567',
    patch: [
      [386, '00000001000\x0000000000007\0'],
      [483, '00000002000\0'],
    ],
  }),
];

/** Bytes changed, blocks taken out, doubled or swapped, cut, and headers whose checksum is made right again. */
function mutated(bytes: Buffer, random: () => number): Buffer {
  const below = (count: number) => Math.floor(random() * count);
  let archive = Buffer.from(bytes);
  for (let change = below(4) + 1; change > 0; change -= 1) {
    const blocks = archive.length / 512;
    const at = below(blocks) * 512;
    const kind = below(8);
    if (kind === 0) archive = archive.subarray(0, below(archive.length));
    else if (kind === 1) archive = Buffer.concat([archive.subarray(0, at + 512), archive.subarray(at)]);
    else if (kind === 2) archive = Buffer.concat([archive.subarray(0, at), archive.subarray(at + 512)]);
    else if (kind === 3) archive = Buffer.concat([archive, SEEDS[below(SEEDS.length)] ?? archive]);
    else
      archive[at + below(kind < 6 ? 512 : 170)] = below(2)
        ? below(256)
        : INTERESTING.charCodeAt(below(INTERESTING.length));
    if (archive.length % 512 !== 0 || archive.length === 0) return archive;
    if (below(4) > 0) for (let block = 0; block < archive.length; block += 512) mend(archive, block);
  }
  return archive;
}

const INTERESTING = './\0 \n0179-=%\x80\xff5x12LKgSD';

function mend(archive: Buffer, at: number): void {
  const block = archive.subarray(at, at + 512);
  if (block[156] === undefined || block.toString('latin1', 257, 262) !== 'ustar') return;
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

it(`extracts ${RUNS} damaged archives, or refuses them, and touches nothing else`, async () => {
  const random = randomFrom(SEED);
  mkdirSync(folder.path('outside'));
  const outside = await snapshot(folder.path('outside'));
  const counts = { extracted: 0, cut: 0, damaged: 0, unsupported: 0, unsafe: 0, exists: 0, failed: 0 };
  let before = 0;
  for (let round = 0; round < RUNS; round += 1) {
    const archive = mutated(SEEDS[round % SEEDS.length] ?? Buffer.alloc(0), random);
    const target = folder.path('target');
    mkdirSync(target);
    try {
      extractBytes(archive, new NativeFolder(target, round % 2 === 1), {
        preserve: round % 16 === 0,
        isNewFolder: true,
      });
      counts.extracted += 1;
    } catch (error) {
      if (!(error instanceof ArchiveFault)) throw new Error(`round ${round} of seed ${SEED}`, { cause: error });
      counts[error.facts.reason] += 1;
    }
    rmSync(target, { recursive: true, force: true });
    if (round % ROUNDS_BETWEEN_TURNS === 0) await turn();
    // What a process takes once, it has taken in the first half.
    if (round === RUNS >> 1) before = memoryInUse();
  }
  expect(readdirSync(folder.path())).toEqual(['outside']);
  expect(await snapshot(folder.path('outside'))).toEqual(outside);
  expect(memoryInUse() - before).toBeLessThan(GROWTH);
  // Each way of ending was met, or the damage is of one kind.
  for (const reason of ['extracted', 'cut', 'damaged', 'unsupported', 'unsafe'] as const) {
    expect([reason, counts[reason]]).not.toEqual([reason, 0]);
  }
});
