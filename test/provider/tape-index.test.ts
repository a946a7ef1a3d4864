import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { decodeTextMembers } from '../../src/archive/decode/text-members.js';
import { encodeTextMembers } from '../../src/archive/encode/text-members.js';
import { MemoryKeyStore } from '../../src/keys/memory-key-store.js';
import { LtoProvider } from '../../src/provider/provider.js';
import { findIndex, readIndex } from '../../src/provider/tape-index/find-index.js';
import { decodeIndex, encodeIndex, INDEX_MEMBER, RESTORE_MEMBER } from '../../src/provider/tape-index/index-format.js';
import type { TapeDrive } from '../../src/tape/tape-drive.js';
import { testData } from '../conformance/conformance.js';
import { newKey } from '../support/keys.js';
import { type Bench, filesOf, ID, labelOther, MIB, newLabelledBench } from './support.js';

const archiveOf = (...names: string[]) =>
  encodeTextMembers(names.map((path) => ({ path, content: `content of ${path}`.repeat(200) })));
const SETTINGS = { indexArchive: true, recordSize: 4096 };

async function write({ provider }: Pick<Bench, 'provider'>, ...archives: Parameters<typeof archiveOf>[]) {
  await provider.prepareForWrite(ID);
  const receipts = [];
  for (const names of archives) receipts.push(await provider.writeArchive(ID, archiveOf(...names)));
  return receipts;
}

async function lastIndex(tape: TapeDrive) {
  const { fileNumber } = await tape.spaceToEndOfData();
  return findIndex(tape, fileNumber, ID);
}

/** Another provider of the same drive, as after a restart. */
const restarted = ({ device, tape }: Bench, settings: object = SETTINGS) =>
  new LtoProvider({ devicePath: device, ...settings }, { open: async () => tape });

/** Archives of an index, and the members of each. */
function described(index: Awaited<ReturnType<typeof lastIndex>>): Record<string, string[]> {
  const files: Record<string, string[]> = {};
  const names = new Map<string, string>();
  for (const change of index?.changes ?? []) {
    if (change.type === 'archive') {
      names.set(
        change.archive,
        change.parts.map(({ cartridge, fileNumber }) => `${cartridge}:${fileNumber}`).join(' '),
      );
      files[names.get(change.archive) ?? ''] = [];
    } else if (change.type === 'members') {
      files[names.get(change.archive) ?? '']?.push(...change.members.map(({ path }) => path));
    }
  }
  return files;
}

it('follows each archive by an index of all before it', async () => {
  const bench = await newLabelledBench(SETTINGS);
  const [first, second] = await write(bench, ['a/1', 'a/2'], ['b/1']);
  expect([first?.location, first?.indexed, second?.location, second?.indexed]).toEqual([
    1,
    { fileNumber: 2, failure: undefined },
    3,
    { fileNumber: 4, failure: undefined },
  ]);
  expect(first?.catalogued).toBeUndefined();
  const index = await lastIndex(bench.tape);
  expect(index).toMatchObject({ cartridge: ID, fileNumber: 4, unknown: [] });
  expect(described(index)).toEqual({ [`${ID}:1`]: ['a/1', 'a/2'], [`${ID}:3`]: ['b/1'] });
  const archive = index?.changes.find((change) => change.type === 'archive');
  expect(archive).toMatchObject({
    state: 'durable',
    bytes: first?.bytes,
    checksum: first?.checksum,
    membersComplete: true,
  });
  const members = decodeTextMembers(await buffer(await bench.provider.readArchive(ID, 4)));
  expect([...(members?.keys() ?? [])]).toEqual([INDEX_MEMBER, RESTORE_MEMBER]);
});

it('goes on from the index on tape after a restart, and says which files it does not know', async () => {
  const bench = await newLabelledBench(SETTINGS);
  await write(bench, ['a/1']);
  await using plain = restarted(bench, { recordSize: 4096 });
  await write({ provider: plain }, ['b/1'], ['b/2']);
  await using again = restarted(bench);
  await write({ provider: again }, ['c/1']);
  const index = await lastIndex(bench.tape);
  expect(index).toMatchObject({ fileNumber: 6, unknown: [[3, 4]] });
  expect(described(index)).toEqual({ [`${ID}:1`]: ['a/1'], [`${ID}:5`]: ['c/1'] });
  // The first one knows that it is not up to date any more.
  await write(bench, ['d/1']);
  expect(described(await lastIndex(bench.tape))).toEqual({
    [`${ID}:1`]: ['a/1'],
    [`${ID}:5`]: ['c/1'],
    [`${ID}:7`]: ['d/1'],
  });
});

it('has nothing of a cartridge before it was labelled again, nor what failed and was written over', async () => {
  const bench = await newLabelledBench(SETTINGS);
  await write(bench, ['a/1']);
  await bench.provider.initializeMedia(ID, { overwrite: ID });
  await write(bench, ['b/1']);
  const broken = async function* () {
    yield testData(5 * 4096);
    throw new Error('the source broke');
  };
  await bench.provider.prepareForWrite(ID);
  await expect(bench.provider.writeArchive(ID, broken())).rejects.toThrow();
  await write(bench, ['d/1']);
  const index = await lastIndex(bench.tape);
  expect(described(index)).toEqual({ [`${ID}:1`]: ['b/1'], [`${ID}:3`]: ['d/1'] });
  const states = index?.changes.flatMap((change) => (change.type === 'archive' ? [change.state] : []));
  expect(states).toEqual(['durable', 'durable']);
});

it('ends each commit of a session with one index, and none if nothing was written', async () => {
  const bench = await newLabelledBench(SETTINGS);
  await bench.provider.prepareForWrite(ID);
  const session = await bench.provider.writeSession(ID, { commit: { files: 10 } });
  const written = [];
  for (let index = 0; index < 25; index += 1) written.push(await session.writeArchive(archiveOf(`s/${index}`)));
  await session.commit();
  await session.commit();
  written.push(await session.writeArchive(archiveOf('s/last')));
  await session.close();
  await Promise.all(written.map(({ durable }) => durable));
  const { fileNumber } = await bench.tape.spaceToEndOfData();
  const indexes = [];
  for (let file = 1; file < fileNumber; file += 1) if (await readIndex(bench.tape, file, {})) indexes.push(file);
  expect(indexes).toEqual([11, 22, 28, 30]);
  const index = await lastIndex(bench.tape);
  expect(Object.values(described(index)).flat()).toEqual([
    ...Array.from({ length: 25 }, (_, at) => `s/${at}`),
    's/last',
  ]);
  expect(index?.changes.every((change) => change.type !== 'archive' || change.state === 'durable')).toBe(true);
});

it('describes an archive over two cartridges on the second one', async () => {
  const bench = await newLabelledBench(SETTINGS, { cartridge: { barcode: ID, capacityBytes: 4 * MIB } });
  await labelOther(bench, 'AA0002L8');
  await write(bench, ['a/1']);
  await bench.provider.prepareForWrite(ID);
  const data = encodeTextMembers([
    {
      path: 'large',
      content: testData(4 * MIB)
        .toString('hex')
        .slice(0, 5 * MIB),
    },
  ]);
  const receipt = await bench.provider.writeArchive(ID, data, {
    onEndOfMedium: async () => {
      await bench.virtual.remove();
      await bench.virtual.insert('AA0002L8');
      return 'AA0002L8';
    },
  });
  expect(receipt.parts).toHaveLength(2);
  expect(receipt.indexed).toEqual({ fileNumber: 3, failure: undefined });
  const index = await findIndex(bench.tape, 4, 'AA0002L8');
  expect(index?.unknown).toEqual([]);
  expect(described(index)).toEqual({ [`${ID}:4 AA0002L8:2`]: ['large'] });
});

it('says in the receipt that the cartridge has no room for an index, and keeps the archive', async () => {
  const bench = await newLabelledBench(SETTINGS, { cartridge: { barcode: ID, capacityBytes: 4 * MIB } });
  await bench.provider.prepareForWrite(ID);
  const names = Array.from({ length: 6000 }, (_, at) => `${'n'.repeat(90)}${at}`);
  const small = encodeTextMembers(names.map((path) => ({ path, content: '' })));
  const last = await bench.provider.writeArchive(ID, small);
  const { checksum } = await bench.provider.verifyArchive(ID, last.location);
  expect(checksum).toBe(last.checksum);
});

it('is encrypted as the archives are, and goes on with the key', async () => {
  const keyStore = new MemoryKeyStore([['k1', newKey()]]);
  const bench = await newLabelledBench({ ...SETTINGS, encryptionKeyId: 'k1' }, {}, { keyStore });
  await write(bench, ['a/secret'], ['b/secret']);
  await bench.tape.encryption.disable();
  expect(await findIndex(bench.tape, 5, ID)).toBeUndefined();
  const index = await findIndex(bench.tape, 5, ID, { keyStore });
  expect(described(index)).toEqual({ [`${ID}:1`]: ['a/secret'], [`${ID}:3`]: ['b/secret'] });
});

it('takes no index from elsewhere, cut off, damaged or hostile', async () => {
  const bench = await newLabelledBench({ recordSize: 4096 });
  const head = { cartridge: ID, fileNumber: 1, unknown: [], createdAt: 1 };
  const whole = encodeIndex(head, [], 'text');
  expect(decodeIndex(whole)).toMatchObject(head);
  const lines = (...given: unknown[]) =>
    encodeIndex(
      head,
      given.map((line) => JSON.stringify(line)),
      'text',
    );
  const hostile = [
    whole.subarray(0, 600),
    encodeIndex({ ...head, cartridge: 'OTHER' }, [], ''),
    encodeIndex({ ...head, fileNumber: 7 }, [], ''),
    encodeIndex({ ...head, unknown: [[3, 1]] }, [], ''),
    encodeIndex({ ...head, unknown: 'all' as never }, [], ''),
    lines(null),
    lines({ type: 'archive' }),
    lines({
      type: 'archive',
      archive: 'a',
      state: 'durable',
      parts: [{}],
      bytes: 1,
      membersComplete: true,
      createdAt: 1,
    }),
    lines({ type: 'members-in', archive: 7 }),
    lines({ type: 'forgive' }),
    encodeTextMembers([{ path: INDEX_MEMBER, content: whole.toString('latin1', 512, 600) }]),
    encodeTextMembers([{ path: INDEX_MEMBER, content: '\0'.repeat(1000) }]),
  ];
  for (const bytes of hostile) {
    await bench.provider.initializeMedia(ID, { overwrite: ID });
    await bench.provider.prepareForWrite(ID);
    await bench.provider.writeArchive(ID, bytes);
    expect(await findIndex(bench.tape, 2, ID), bytes.toString('latin1', 512, 700)).toBeUndefined();
    await using provider = restarted(bench);
    const [receipt] = await write({ provider }, ['x']);
    expect(receipt?.indexed).toEqual({ fileNumber: 3, failure: undefined });
    expect(await findIndex(bench.tape, 4, ID)).toMatchObject({ unknown: [[1, 1]] });
  }
  // A tape has no say in what is forgotten.
  expect(
    decodeIndex(lines({ type: 'forget', cartridge: ID }, { type: 'overwritten', cartridge: ID, from: 0 }))?.changes,
  ).toEqual([]);
});

it('writes no index unless it is asked for', async () => {
  const bench = await newLabelledBench({ recordSize: 4096 });
  const [receipt] = await write(bench, ['a/1']);
  expect(receipt?.indexed).toBeUndefined();
  expect(await filesOf(bench.tape)).toHaveLength(2);
});
