import { execFile } from 'node:child_process';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compiledExtractor } from '../support/extracting.js';
import { compiledPacker } from '../support/packing.js';
import { paxMember, TAR_END, type TarMember, tarMember, tarOf } from '../support/tar-bytes.js';
import { describeTree, isRoot, makeTree, wholeTree } from '../support/tree.js';
import { temporaryFolder } from './support.js';

const run = promisify(execFile);
const folder = temporaryFolder('lto-extract-');
const extractor = compiledExtractor();
const packer = compiledPacker();

const FILES: readonly TarMember[] = [
  { name: 'one', content: 'first' },
  { name: 'two', content: 'second' },
  { name: 'three', content: 'third' },
];

async function extract(source: Readable | Iterable<Uint8Array> | Uint8Array, options = {}) {
  const { extractArchive } = await extractor.load();
  return extractArchive(source, folder.path('target'), options);
}

describe('extractArchive', () => {
  it('restores what packFolder made, with everything that there can be', async () => {
    const packFolder = await packer.load();
    await makeTree(folder.path('tree'), wholeTree({ special: isRoot }));
    const summary = await extract(packFolder(folder.path('tree'), { special: isRoot }), { preserve: true });
    expect(summary).toMatchObject({ notRestored: [], isPart: false });
    const facts = { owners: isRoot };
    expect(await describeTree(folder.path('target', 'tree'), facts)).toEqual(
      await describeTree(folder.path('tree'), facts),
    );
  });

  it('takes bytes, lists, streams of any chunks, and gzip', async () => {
    const bytes = tarOf(...FILES);
    const chunks = (size: number) =>
      Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
    const sources = [bytes, chunks(1), Readable.from(chunks(7)), gzipSync(bytes), Readable.from([gzipSync(bytes)])];
    for (const source of sources) {
      expect(await extract(source, { force: true })).toMatchObject({ files: 3, bytes: 16 });
    }
    expect(await readFile(folder.path('target', 'three'), 'utf8')).toBe('third');
  });

  it('extracts for a program that is given with -e', async () => {
    await writeFile(folder.path('plain'), tarOf(...FILES));
    const program = `import { createReadStream } from 'node:fs';
      import { extractArchive } from ${JSON.stringify(extractor.url)};
      const source = createReadStream(${JSON.stringify(folder.path('plain'))});
      console.log((await extractArchive(source, ${JSON.stringify(folder.path('target'))})).files);`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program]);
    expect(stdout).toBe('3\n');
  });

  it('names compressions that it does not take', async () => {
    await writeFile(folder.path('plain'), tarOf(...FILES));
    for (const program of ['xz', 'bzip2']) {
      const { stdout } = await run(program, ['-c', folder.path('plain')], { encoding: 'buffer' });
      await expect(extract(stdout)).rejects.toMatchObject({
        code: 'LTO_ARCHIVE',
        reason: 'unsupported',
        message: expect.stringContaining(program),
      });
    }
    await expect(extract(Buffer.from('\x04\x22\x4d\x18rest of it', 'latin1'))).rejects.toThrow('lz4');
    // An archive whose first name begins like that of a compression.
    expect(await extract(tarOf({ name: 'BZh9', content: 'x' }))).toMatchObject({ files: 1 });
  });

  it('says that compressed data is damaged or cut off', async () => {
    const gzip = gzipSync(
      tarOf({ name: 'f', content: Buffer.from(Array.from({ length: 50_000 }, (_, at) => (at * at) % 251)) }),
    );
    await expect(extract(gzip.subarray(0, gzip.length / 2))).rejects.toMatchObject({
      code: 'LTO_ARCHIVE',
      reason: 'cut',
    });
    gzip.fill(0xff, 100, 140);
    await expect(extract(gzip)).rejects.toMatchObject({ code: 'LTO_ARCHIVE', reason: 'damaged' });
  });

  it('rejects with the error of its source, and keeps what came before', async () => {
    const whole = tarOf(...FILES);
    const failure = new Error('the source failed');
    const source = Readable.from(
      (async function* () {
        yield whole.subarray(0, 1024 + 600);
        throw failure;
      })(),
    );
    await expect(extract(source)).rejects.toBe(failure);
    expect(await readFile(folder.path('target', 'one'), 'utf8')).toBe('first');
    const late = Readable.from(
      (async function* () {
        yield whole;
        throw failure;
      })(),
    );
    await expect(extract(late, { force: true })).rejects.toBe(failure);
  });

  it('destroys its source when it stops, also one that gives nothing more', async () => {
    const source = new Readable({ read: () => undefined });
    source.push(Buffer.alloc(512, 'x'));
    await expect(extract(source)).rejects.toMatchObject({ reason: 'damaged' });
    expect(source.destroyed).toBe(true);
    const waiting = new Readable({ read: () => undefined });
    const controller = new AbortController();
    const reason = new Error('not any more');
    setTimeout(() => controller.abort(reason), 50);
    await expect(extract(waiting, { signal: controller.signal })).rejects.toBe(reason);
    expect(waiting.destroyed).toBe(true);
    await expect(extract(new Readable({ read: () => undefined }), { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });

  it('refuses what is no source, with nothing left behind', async () => {
    for (const source of [null, undefined, 3, {}]) {
      await expect(extract(source as unknown as Uint8Array)).rejects.toMatchObject({ code: 'LTO_INVALID_ARGUMENT' });
    }
    await writeFile(folder.path('target'), 'a file');
    await expect(extract(tarOf(...FILES))).rejects.toMatchObject({
      code: 'LTO_ARCHIVE',
      reason: 'failed',
      errno: 'EEXIST',
    });
    await rm(folder.path('target'));
    await expect(extract(Readable.from([{}]))).rejects.toMatchObject({ code: 'LTO_INVALID_ARGUMENT' });
  });

  it('asks a filter for each member, and rejects with what it throws', async () => {
    const seen: string[] = [];
    const filter = ({ name }: { name: string }) => seen.push(name) > 0 && name !== 'two';
    expect(await extract(tarOf(...FILES), { filter })).toMatchObject({ files: 2 });
    expect([seen, (await readdir(folder.path('target'))).sort()]).toEqual([
      ['one', 'two', 'three'],
      ['one', 'three'],
    ]);
    const failure = new Error('of the filter');
    const fails = () => {
      throw failure;
    };
    await expect(extract(tarOf(...FILES), { filter: fails })).rejects.toBe(failure);
  });

  it('names what it has not restored', async () => {
    const members = [
      paxMember({ 'SCHILY.acl.access': 'user::rwx,user:lisa:r--,group::r--,mask::r--,other::---' }),
      ...FILES,
    ];
    expect(await extract(tarOf(...members))).toMatchObject({
      notRestored: [{ what: 'SCHILY.acl.access', members: 1, first: 'one' }],
    });
    const twice = Buffer.concat([tarOf(...FILES), tarOf(...FILES)]);
    expect(await extract(twice, { force: true })).toMatchObject({
      notRestored: [{ what: 'data behind the end of the archive' }],
    });
  });

  it('lets the event loop go on, for 200,000 entries of one folder', async () => {
    const batches = function* () {
      for (let batch = 0; batch < 200; batch += 1) {
        const members = Array.from({ length: 1000 }, (_, at) => ({ name: `many/${batch * 1000 + at}`, mode: 0o600 }));
        yield Buffer.concat(members.map(tarMember));
      }
      yield TAR_END;
    };
    const chunks = [...batches()];
    const loop = monitorEventLoopDelay({ resolution: 1 });
    loop.enable();
    const summary = await extract(chunks, { owners: false });
    loop.disable();
    // Other work on the machine counts too: on a quiet one it is a tenth of this.
    expect(loop.percentile(50) / 1e6).toBeLessThan(100);
    expect(summary.files).toBe(200_000);
    expect((await stat(folder.path('target', 'many', '199999'))).mode & 0o777).toBe(0o600);
  });
});

describe('listArchive', () => {
  it('lists members, and lets go of a source whose members nobody wants any more', async () => {
    const { listArchive } = await extractor.load();
    const names: string[] = [];
    for await (const { name } of listArchive(tarOf(...FILES))) names.push(name);
    expect(names).toEqual(['one', 'two', 'three']);
    const endless = Readable.from(
      (async function* () {
        for (let at = 0; ; at += 1) yield tarMember({ name: `member ${at}` });
      })(),
    );
    let count = 0;
    for await (const _ of listArchive(endless)) {
      count += 1;
      if (count === 2000) break;
    }
    expect(endless.destroyed).toBe(true);
    await expect(listArchive(Buffer.from('no archive')).next()).rejects.toMatchObject({ code: 'LTO_ARCHIVE' });
  });
});
