import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { encodeTextMembers } from '../../src/archive/encode/text-members.js';
import { MemoryKeyStore } from '../../src/keys/memory-key-store.js';
import { scanCartridge } from '../../src/provider/scan/scan-cartridge.js';
import { testData } from '../conformance/conformance.js';
import { newKey } from '../support/keys.js';
import { ID, MIB, newBench, newLabelledBench } from './support.js';

const RECORD = 4096;
const archiveOf = (...names: string[]) =>
  encodeTextMembers(names.map((path) => ({ path, content: `content of ${path}\n`.repeat(500) })));
const padded = (text: string, length = 80) => Buffer.from(text.padEnd(length), 'latin1');

/** Beginnings of what other programs write. */
const FOREIGN: readonly (readonly [string, Buffer])[] = [
  ['cpio', padded('0707010000', 600)],
  ['gzip', gzipSync(testData(3000))],
  ['zstd', Buffer.concat([Buffer.from('28b52ffd', 'hex'), testData(900)])],
  ['LTFS', padded(`VOL1${'TEST01'.padEnd(20)}LTFS`)],
  ['ANSI label', padded('VOL1TEST01')],
  [
    'Proxmox Backup Server',
    Buffer.concat([
      createHash('sha256').update('Proxmox Tape Block Header v1.0').digest().subarray(0, 8),
      testData(300),
    ]),
  ],
  ['Bacula or Bareos', Buffer.concat([testData(12), padded('BB02', 500)])],
  ['Amanda', padded('AMANDA: TAPESTART DATE 20260101 TAPE DAILY01\n\f\n', 32768)],
  ['raw', testData(700)],
];

it('tells what each file is, how long, and the members of archives, by reading their beginnings', async () => {
  const { provider, tape } = await newLabelledBench({ recordSize: RECORD, indexArchive: true });
  await provider.prepareForWrite(ID);
  const archive = archiveOf('a/1', 'a/2');
  await provider.writeArchive(ID, archive);
  for (const [, bytes] of FOREIGN) await tape.writeFile(bytes, { recordSize: RECORD });
  const long = encodeTextMembers([
    { path: 'b/long', content: 'x'.repeat(8 * MIB) },
    { path: 'b/behind', content: 'y' },
  ]);
  await tape.writeFile(long, { recordSize: RECORD });
  await tape.writeFile(testData(40 * MIB), { recordSize: 64 * 1024 });
  const told: number[] = [];
  const { files, end } = await scanCartridge(tape, {
    passFrom: MIB,
    onFile: ({ fileNumber }) => told.push(fileNumber),
  });
  expect(end).toBe('filemark');
  expect(files.map(({ kind }) => kind)).toEqual([
    'label',
    'tar',
    'index',
    ...FOREIGN.map(([kind]) => kind),
    'tar',
    'raw',
  ]);
  expect(told).toEqual(files.map(({ fileNumber }) => fileNumber));
  expect(files[1]).toMatchObject({
    state: 'whole',
    records: Math.ceil(archive.length / RECORD),
    membersComplete: true,
  });
  expect(files[1]?.members.map(({ path, offset }) => [path, offset])).toEqual([
    ['a/1', 0],
    ['a/2', 512 + Math.ceil((500 * 15) / 512) * 512],
  ]);
  const [passed, raw] = files.slice(-2);
  expect(passed?.members.map(({ path, size }) => [path, size])).toEqual([
    ['b/long', 8 * MIB],
    ['b/behind', 1],
  ]);
  expect(passed).toMatchObject({ membersComplete: true, records: Math.ceil(long.length / RECORD), recordSize: RECORD });
  expect(raw).toMatchObject({ records: 640, recordSize: 65536, bytes: undefined, members: [] });
  expect(files[2]).toMatchObject({
    firstLogicalObject: (files[1]?.firstLogicalObject ?? 0) + (files[1]?.records ?? 0) + 1,
  });
});

it('reads whole files when asked to, from some file on', async () => {
  const { provider, tape } = await newLabelledBench({ recordSize: RECORD });
  await provider.prepareForWrite(ID);
  const receipt = await provider.writeArchive(ID, testData(3 * MIB + 5));
  const { files } = await scanCartridge(tape, { whole: true, from: 1 });
  expect(files).toMatchObject([
    { fileNumber: 1, bytes: receipt.bytes, checksum: receipt.checksum, records: receipt.records },
  ]);
  expect((await scanCartridge(tape, { members: false })).files[0]).toMatchObject({ kind: 'label', members: [] });
  expect(await scanCartridge(tape, { from: 9 })).toMatchObject({ files: [] });
});

it('tells of what is cut off, encrypted and unreadable in its place, and goes on', async () => {
  const keyStore = new MemoryKeyStore([['k1', newKey()]]);
  const { provider, tape, virtual } = await newLabelledBench(
    { recordSize: RECORD, encryptionKeyId: 'k1' },
    {},
    { keyStore },
  );
  await provider.prepareForWrite(ID);
  await provider.writeArchive(ID, archiveOf('secret'));
  await tape.encryption.disable();
  const broken = await tape.writeFile(testData(40 * RECORD), { recordSize: RECORD });
  await tape.writeFile(archiveOf('behind'), { recordSize: RECORD });
  const atObject = (broken.firstLogicalObject ?? 0) + 7;
  virtual.faults = [{ command: 'READ(6)', atObject, outcome: { sense: { key: 3, asc: 0x11, ascq: 0 } } }];
  const { files } = await scanCartridge(tape, { whole: true });
  expect(files[1]).toMatchObject({ kind: undefined, state: 'encrypted', keyId: 'k1', error: 'LTO_ENCRYPTION_KEY' });
  expect(files[2]).toMatchObject({ kind: 'raw', state: 'unreadable', readableRecords: 7, records: 40 });
  expect(files[3]).toMatchObject({ kind: 'tar', members: [{ path: 'behind' }] });
  const withKey = await scanCartridge(tape, { keyStore });
  expect(withKey.files[1]).toMatchObject({ kind: 'tar', state: 'whole', members: [{ path: 'secret' }] });
});

it('knows a blank cartridge, and refuses what is no drive', async () => {
  const { tape } = await newBench();
  expect(await scanCartridge(tape)).toEqual({ files: [], end: 'blank' });
  for (const drive of [null, {}, 'virtual:x']) {
    await expect(scanCartridge(drive as never)).rejects.toMatchObject({ code: 'LTO_INVALID_ARGUMENT' });
  }
  for (const options of [
    null,
    7,
    { from: -1 },
    { passFrom: Number.NaN },
    { onFile: 7 },
    { keyStore: 7 },
    { unknown: 1 },
  ]) {
    await expect(scanCartridge(tape, options as never)).rejects.toMatchObject({ code: 'LTO_INVALID_ARGUMENT' });
  }
});

it('ends when it is aborted, and the drive can go on', async () => {
  const { provider, tape } = await newLabelledBench({ recordSize: RECORD });
  await provider.prepareForWrite(ID);
  await provider.writeArchive(ID, archiveOf('a'));
  const controller = new AbortController();
  const scan = scanCartridge(tape, { signal: controller.signal, onFile: () => controller.abort(new Error('enough')) });
  await expect(scan).rejects.toThrow('enough');
  expect((await scanCartridge(tape)).files).toHaveLength(2);
});
