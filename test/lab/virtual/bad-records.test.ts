import { describe, expect, it } from 'vitest';
import { MediumError } from '../../../src/errors/index.js';
import type { TapeDrive } from '../../../src/tape/tape-drive.js';
import type { Fault } from '../../../src/virtual/index.js';
import { closed, collect, testData } from '../../conformance/conformance.js';
import { freshCartridge, openDrive, withFaults } from './served.js';

// Under Linux's own st, which answers EIO whatever the drive has said.

const RECORD = 64 * 1024;
const RECORDS = 12;
const DATA = testData(RECORDS * RECORD);
const SENSE = { key: 0x3, asc: 0x11, ascq: 0x00 };

const bad = (record: number): Fault => ({ command: 'READ(6)', atObject: record, outcome: { sense: SENSE } });
const badAndPassed = (record: number): Fault => ({ ...bad(record), carriedOut: true });

async function oneFile(): Promise<TapeDrive> {
  await freshCartridge();
  const drive = await openDrive();
  await drive.writeFile([DATA], { recordSize: RECORD, position: 'overwrite' });
  return drive;
}

function without(...records: readonly number[]): Buffer {
  const left = [...Array(RECORDS).keys()].filter((record) => !records.includes(record));
  return Buffer.concat(left.map((record) => DATA.subarray(record * RECORD, (record + 1) * RECORD)));
}

describe.each([
  ['before', bad],
  ['behind', badAndPassed],
] as const)('a drive that stops %s a record that it cannot read', (_, fault) => {
  it('fails with the name of the record, the sense, and the tape before it; locate() skips it and reads on', async () => {
    const drive = await oneFile();
    await withFaults(fault(5));
    const stream = drive.createReadStream({ fileNumber: 0 });
    const error: unknown = await collect(stream).catch((reason: unknown) => reason);
    await closed(stream);
    expect(error).toBeInstanceOf(MediumError);
    expect(error).toMatchObject({ record: { fileNumber: 0, record: 5, logicalObject: 5 }, sense: SENSE });
    expect(await drive.position()).toMatchObject({ logicalObject: 5 });
    await drive.locate(6);
    expect((await collect(drive.createReadStream())).equals(DATA.subarray(6 * RECORD))).toBe(true);
  });

  it('gives everything but the bad records to who skips them', async () => {
    const drive = await oneFile();
    const records = [0, 4, 5, RECORDS - 1];
    await withFaults(...records.map(fault));
    const stream = drive.createReadStream({ fileNumber: 0, onBadRecord: 'skip' });
    expect((await collect(stream)).equals(without(...records))).toBe(true);
    const skipped = records.map((record) => ({ fileNumber: 0, record, logicalObject: record, sense: SENSE }));
    expect(stream.summary).toMatchObject({ records: RECORDS - records.length, skipped });
    expect(await drive.position()).toMatchObject({ logicalFile: 1 });
    expect(await drive.writeFile([DATA], { recordSize: RECORD })).toMatchObject({ fileNumber: 1 });
  });
});

it('unit attentions in the middle of a file are read and written over', async () => {
  const drive = await oneFile();
  const attention = (command: 'READ(6)' | 'WRITE(6)', atObject: number, asc: number, ascq: number): Fault => ({
    command,
    atObject,
    times: 1,
    outcome: { sense: { key: 0x6, asc, ascq } },
  });
  await withFaults(
    attention('READ(6)', 3, 0x2a, 0x01),
    attention('READ(6)', RECORDS, 0x2a, 0x10),
    attention('WRITE(6)', 5, 0x3f, 0x0e),
    attention('WRITE(6)', 0, 0x2a, 0x10),
  );
  await drive.rewind();
  expect((await collect(drive.createReadStream())).equals(DATA)).toBe(true);
  await drive.rewind();
  const options = { recordSize: RECORD, position: 'overwrite', startThreshold: 0 } as const;
  const receipt = await drive.writeFile([DATA], options);
  expect(receipt).toMatchObject({ fileNumber: 0, records: RECORDS });
  const back = drive.createReadStream({ fileNumber: 0, expectedChecksum: receipt.checksum });
  expect((await collect(back)).equals(DATA)).toBe(true);
});

it('recovered errors are success, as in the embedded st', async () => {
  const drive = await oneFile();
  const outcome = { sense: { key: 0x1, asc: 0x17, ascq: 0x01 } };
  await withFaults(
    ...(['READ(6)', 'WRITE(6)', 'WRITE FILEMARKS(6)'] as const).map(
      (command): Fault => ({ command, carriedOut: true, outcome }),
    ),
  );
  await drive.rewind();
  const receipt = await drive.writeFile([DATA], { recordSize: RECORD, position: 'overwrite' });
  expect(receipt).toMatchObject({ fileNumber: 0, records: RECORDS });
  expect((await collect(drive.createReadStream({ fileNumber: 0 }))).equals(DATA)).toBe(true);
});
