import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LtoProvider } from '../../../src/provider/provider.js';
import { collect, testData } from '../../conformance/conformance.js';
import { command, shell } from '../command.js';
import { FIRST, insert, newCartridge } from './target.js';

// The older provider's tapes: a tar archive with the label as file 0, archives as raw streams in records of any size.

const DEVICE = '/dev/nst0';
const MIB = 2 ** 20;
const ID = 'OLD001L8';
const BLANK = '/run/tgt/tape-blank';

let work = '';

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'provider-'));
  await writeFile(join(work, '.tapehoard_label'), `${ID}\n`);
  await writeFile(join(work, 'a.bin'), testData(3 * MIB, 1));
  await writeFile(join(work, 'b.bin'), testData(2 * MIB, 2));
});

afterAll(async () => {
  await insert(FIRST);
  await rm(work, { recursive: true, force: true });
});

const provider = () => new LtoProvider({ device_path: DEVICE });

describe('a tape of the older provider', () => {
  beforeAll(async () => {
    await command('mt', '-f', DEVICE, 'rewind');
    await command('tar', '-cf', DEVICE, '-C', work, '.tapehoard_label');
    // What a pipe into dd made of it: records of 64 KiB.
    await shell(`dd if=${work}/a.bin bs=64k | dd of=${DEVICE} bs=64k iflag=fullblock`);
    await shell(`tar -cf - -C ${work} b.bin | dd of=${DEVICE} obs=256k`);
    await command('tar', '-b', '20', '-cf', DEVICE, '-C', work, 'b.bin');
  });

  it('is identified by its label, and read', async () => {
    await using lto = provider();
    expect(await lto.identifyMedia({ allowIntrusive: true })).toMatchObject({ identity: ID, label: ID });
    const first = await collect(await lto.readArchive(ID, 1));
    expect(first.equals(testData(3 * MIB, 1))).toBe(true);
    await expect(lto.verifyArchive(ID, 1)).resolves.toMatchObject({ bytes: 3 * MIB, largestRecord: 65_536 });
    expect(await lto.verifyArchive(ID, 2)).toMatchObject({ largestRecord: 262_144 });
    const tar = await collect(await lto.readArchive(ID, 3));
    await writeFile(join(work, 'third.tar'), tar);
    await shell(`mkdir -p ${work}/out && tar -xf ${work}/third.tar -C ${work}/out`);
    expect((await readFile(join(work, 'out', 'b.bin'))).equals(testData(2 * MIB, 2))).toBe(true);
    await expect(lto.readArchive('OTHER', 1)).rejects.toMatchObject({ code: 'LTO_LABEL' });
  });

  it('is appended to, behind all that is on it', async () => {
    await using lto = provider();
    expect(await lto.prepareForWrite(ID)).toMatchObject({ nextFile: 4 });
    expect(await lto.writeArchive(ID, [testData(MIB, 9)])).toMatchObject({ location: 4, bytes: MIB });
    expect((await collect(await lto.readArchive(ID, 1))).equals(testData(3 * MIB, 1))).toBe(true);
  });
});

describe('a tape that the provider writes', () => {
  it('is read with mt, dd and tar', async () => {
    // The target calls all its cartridges WORM, so that one with data is never labelled again.
    await newCartridge(BLANK);
    await insert(BLANK);
    await command('mt', '-f', DEVICE, 'rewind');
    await using lto = provider();
    await lto.initializeMedia('NEW001L8');
    await lto.prepareForWrite('NEW001L8');
    const tar = await shell(`tar -cf ${work}/written.tar -C ${work} a.bin b.bin && echo done`);
    expect(tar).toContain('done');
    const source = await readFile(join(work, 'written.tar'));
    const receipt = await lto.writeArchive('NEW001L8', [source]);
    expect(receipt).toMatchObject({ location: 1, bytes: source.length });
    await lto.close();
    await command('mt', '-f', DEVICE, 'rewind');
    expect(await command('tar', '-xOf', DEVICE, '.tapehoard_label')).toBe('NEW001L8\n');
    await command('mt', '-f', DEVICE, 'rewind');
    await command('mt', '-f', DEVICE, 'fsf', String(receipt.location));
    await command('dd', `if=${DEVICE}`, `of=${work}/read.tar`, 'bs=256k');
    await command('cmp', `${work}/written.tar`, `${work}/read.tar`);
    await command('mt', '-f', DEVICE, 'rewind');
    await command('mt', '-f', DEVICE, 'fsf', String(receipt.location));
    await shell(`mkdir -p ${work}/again && tar -b 512 -xf ${DEVICE} -C ${work}/again`);
    await command('cmp', `${work}/a.bin`, `${work}/again/a.bin`);
  });
});
