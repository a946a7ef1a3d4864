import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareFolders } from '../../../src/cli/demo/compare-folders.js';
import { readLabel, writeLabel } from '../../../src/provider/label/label.js';
import type { TapeReceipt } from '../../../src/tape/stream/file/receipt.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { collect, testData } from '../../conformance/conformance.js';
import { compiledExtractor } from '../../support/extracting.js';
import { compiledPacker } from '../../support/packing.js';
import { command, shell } from '../command.js';

// What we write is judged by mt, tar and dd, and what they write is read by us.

const DEVICE = '/dev/nst0';
const KIB = 1024;
const RECORD = 256 * KIB;
const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url));
/** Parts of node_modules with some 30 MB: large and small files, deep folders, and links in .bin. */
const PARTS = ['.bin', 'typescript', '@types', 'vitest', 'fast-check'];

const packer = compiledPacker();
const extractor = compiledExtractor();
let work = '';
let folder = '';

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'judges-'));
  folder = join(work, 'modules');
  await mkdir(folder);
  for (const part of PARTS) await command('cp', '-a', join(MODULES, part), folder);
  await command('chmod', '750', join(folder, 'typescript', 'package.json'));
});

afterAll(() => rm(work, { recursive: true, force: true }));

/** Two folders are the same in names, types, bytes and links, and in permissions. */
async function expectSame(copy: string): Promise<void> {
  await shell(`diff -r --no-dereference ${folder} ${copy}`);
  const listing = (path: string) => shell(`cd ${path} && find . -printf '%p %y %m %l\\n' | sort`);
  expect(await listing(copy)).toBe(await listing(folder));
}

/** Records that dd counted: full ones, and shorter ones. */
async function recordsRead(blockSize: string): Promise<{ full: number; short: number }> {
  const said = await command('dd', `if=${DEVICE}`, 'of=/dev/null', `bs=${blockSize}`);
  const [, full, short] = /^(\d+)\+(\d+) records in$/m.exec(said) ?? [];
  return { full: Number(full), short: Number(short) };
}

describe('a tape that we write', () => {
  let receipt: TapeReceipt;

  beforeAll(async () => {
    await using drive = await TapeDrive.open(DEVICE);
    await writeLabel(drive, 'LAB001L8', { overwrite: true });
    const packFolder = await packer.load();
    receipt = await drive.writeFile(packFolder(folder));
  });

  it('holds the folder, by our own reader', async () => {
    expect(receipt).toMatchObject({ fileNumber: 1, recordSize: RECORD });
    expect(receipt.bytes).toBeGreaterThan(20e6);
    await using drive = await TapeDrive.open(DEVICE);
    expect(await readLabel(drive)).toBe('LAB001L8');
    const expectedChecksum = receipt.checksum;
    const source = drive.createReadStream({ fileNumber: 1, expectedChecksum });
    const { extractArchive } = await extractor.load();
    await extractArchive(source, join(work, 'ours'));
    expect(source.summary).toMatchObject({ bytes: receipt.bytes, records: receipt.records, largestRecord: RECORD });
    const { bytes, entries } = await compareFolders(folder, join(work, 'ours', 'modules'));
    expect(bytes).toBeGreaterThan(20e6);
    expect(entries).toBeGreaterThan(300);
    await expectSame(join(work, 'ours', 'modules'));
    await rm(join(work, 'ours'), { recursive: true });
  });

  it('shows its label to tar', async () => {
    await command('mt', '-f', DEVICE, 'rewind');
    expect(await command('tar', '-b', '512', '-xf', DEVICE, '-O', '.tapehoard_label')).toBe('LAB001L8\n');
    await command('mt', '-f', DEVICE, 'rewind');
    expect(await command('tar', '-xf', DEVICE, '-O', '.tapehoard_label')).toBe('LAB001L8\n');
  });

  it('gives the folder to mt, dd and tar', async () => {
    const copy = join(work, 'theirs');
    // tgt transfers no more of a short record than the residual. Of the last one, dd with bs=256k got 101376 bytes in place of
    // 160768, and kept what its buffer held behind them. The residual of a read of 1 MiB is larger than any of our records.
    await mkdir(copy);
    await shell(`mt -f ${DEVICE} rewind; mt -f ${DEVICE} fsf 1; dd if=${DEVICE} bs=1M | tar -C ${copy} -x`);
    await expectSame(join(copy, 'modules'));
    await rm(copy, { recursive: true });
  });

  it('has records of 256 KiB, as dd counts them', async () => {
    const toFile1 = () => shell(`mt -f ${DEVICE} rewind; mt -f ${DEVICE} fsf 1`);
    const full = Math.floor(receipt.bytes / RECORD);
    const rest = receipt.bytes % RECORD === 0 ? 0 : 1;
    expect(receipt.records).toBe(full + rest);
    await toFile1();
    expect(await recordsRead('256k')).toEqual({ full, short: rest });
    // One record for each read, however much is asked for.
    await toFile1();
    expect(await recordsRead('1M')).toEqual({ full: 0, short: full + rest });
    await toFile1();
    await expect(recordsRead('128k')).rejects.toThrow(/Cannot allocate memory/);
    await toFile1();
    const first = await shell(`dd if=${DEVICE} bs=1M count=1 2>/dev/null | wc -c`);
    expect(Number(first)).toBe(RECORD);
  });
});

describe('a tape that mt, tar and dd wrote', () => {
  const data = testData(40 * 64 * KIB);

  beforeAll(async () => {
    const file = join(work, 'data');
    await writeFile(file, data);
    await shell(`
      mt -f ${DEVICE} rewind
      tar -C ${folder} -cf ${DEVICE} typescript/lib/lib.d.ts @types .bin
      dd if=${file} of=${DEVICE} bs=64k
      tar -C ${folder} -b 512 -cf ${DEVICE} typescript
      mt -f ${DEVICE} weof 1
      dd if=${file} of=${DEVICE} bs=512 count=3
      mt -f ${DEVICE} rewind`);
  });

  async function summaryOf(fileNumber: number) {
    await using drive = await TapeDrive.open(DEVICE);
    const stream = drive.createReadStream({ fileNumber });
    return { content: await collect(stream), summary: stream.summary };
  }

  it('is read in records of 10 KiB', async () => {
    const { content, summary } = await summaryOf(0);
    expect(summary).toMatchObject({ largestRecord: 10 * KIB, bytes: content.length });
    expect(content.length).toBe((summary?.records ?? 0) * 10 * KIB);
    const archive = join(work, 'archive.tar');
    await writeFile(archive, content);
    await command('tar', '-C', folder, '--compare', '-f', archive);
    await rm(archive);
  });

  it('is read in records of 64 KiB', async () => {
    const { content, summary } = await summaryOf(1);
    expect(content.equals(data)).toBe(true);
    expect(summary).toMatchObject({ fileNumber: 1, records: 40, largestRecord: 64 * KIB, bytes: 40 * 64 * KIB });
  });

  it('is extracted by us from records of 256 KiB', async () => {
    await using drive = await TapeDrive.open(DEVICE);
    const stream = drive.createReadStream({ fileNumber: 2 });
    const copy = join(work, 'copy');
    const { extractArchive } = await extractor.load();
    await extractArchive(stream, copy);
    expect(stream.summary).toMatchObject({ largestRecord: RECORD });
    await compareFolders(join(folder, 'typescript'), join(copy, 'typescript'));
    await shell(`diff -r --no-dereference ${folder}/typescript ${copy}/typescript`);
  });

  it('has an empty file, and a short one behind it', async () => {
    expect((await summaryOf(3)).summary).toMatchObject({ fileNumber: 3, records: 0, bytes: 0 });
    const { content, summary } = await summaryOf(4);
    expect(content.equals(data.subarray(0, 3 * 512))).toBe(true);
    expect(summary).toMatchObject({ records: 3, largestRecord: 512 });
  });

  it('is appended to behind its last file', async () => {
    await using drive = await TapeDrive.open(DEVICE);
    expect(await drive.writeFile([data.subarray(0, 3 * RECORD)])).toMatchObject({ fileNumber: 5, records: 3 });
    await drive.close();
    const skipped = `mt -f ${DEVICE} rewind; mt -f ${DEVICE} fsf 5; dd if=${DEVICE} bs=1M 2>/dev/null | sha256sum`;
    const expected = `head -c ${3 * RECORD} ${join(work, 'data')} | sha256sum`;
    expect(await shell(skipped)).toBe(await shell(expected));
  });
});
