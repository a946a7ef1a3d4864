import { describe, expect } from 'vitest';
import { BeginningOfPartitionError, EndOfDataError, InvalidArgumentError } from '../../src/errors/index.js';
import { readLabel, writeLabel } from '../../src/provider/label/label.js';
import type { TapeDrive } from '../../src/tape/tape-drive.js';
import { backend, collect, conforms, openDrive, testData } from './conformance.js';

const RECORD = 4096;

/** Three files of 3, 1 and 2 records; the tape stands at its beginning. */
async function threeFiles(): Promise<TapeDrive> {
  const drive = await openDrive();
  for (const [index, records] of [3, 1, 2].entries()) {
    const position = index === 0 ? 'overwrite' : 'append';
    await drive.writeFile([testData(records * RECORD, index)], { position, recordSize: RECORD });
  }
  await drive.rewind();
  return drive;
}

describe(`positions on ${backend.name}`, () => {
  conforms('counts filemarks and records', [], async () => {
    const drive = await threeFiles();
    expect(await drive.status()).toMatchObject({ fileNumber: 0, blockNumber: 0, beginningOfPartition: true });
    await drive.spaceFiles(1);
    expect(await drive.status()).toMatchObject({ fileNumber: 1, blockNumber: 0, filemark: true });
    await drive.spaceFiles(1);
    await drive.spaceRecords(1);
    expect(await drive.status()).toMatchObject({ fileNumber: 2, blockNumber: 1, filemark: false });
    await drive.spaceRecords(-1);
    expect(await drive.status()).toMatchObject({ fileNumber: 2, blockNumber: 0 });
    await drive.spaceFiles(-2);
    // On the near side of the filemark between file 0 and 1.
    expect(await drive.status()).toMatchObject({ fileNumber: 0, blockNumber: undefined });
    await drive.spaceFiles(1);
    expect(await drive.status()).toMatchObject({ fileNumber: 1, blockNumber: 0 });
  });

  conforms('goes to any file from any other', [], async () => {
    const drive = await threeFiles();
    for (const fileNumber of [2, 0, 1, 1, 2, 1, 0]) {
      await drive.locateFile(fileNumber);
      expect(await drive.status()).toMatchObject({ fileNumber, blockNumber: 0 });
    }
  });

  conforms('goes to the end of the data, and says what it ends with', [], async () => {
    const drive = await threeFiles();
    expect(await drive.spaceToEndOfData()).toEqual({ end: 'filemark', fileNumber: 3 });
    expect(await drive.status()).toMatchObject({ fileNumber: 3 });
    // Whatever follows is written there: the next file is number 3.
    expect(await drive.writeFile([testData(RECORD)], { position: 'overwrite' })).toMatchObject({ fileNumber: 3 });
  });

  conforms('spacing past the last file meets the end of the data', ['end-of-data'], async () => {
    const drive = await threeFiles();
    await expect(drive.spaceFiles(4)).rejects.toBeInstanceOf(EndOfDataError);
    await expect(drive.locateFile(4)).rejects.toBeInstanceOf(EndOfDataError);
    expect(await drive.status()).toMatchObject({ fileNumber: 3, endOfData: true });
  });

  conforms('spacing back past the first record meets the beginning', ['space-back'], async () => {
    const drive = await threeFiles();
    await expect(drive.spaceRecords(-1)).rejects.toBeInstanceOf(BeginningOfPartitionError);
    expect(await drive.status()).toMatchObject({ fileNumber: 0, blockNumber: 0, beginningOfPartition: true });
  });

  conforms('tells and locates logical objects', ['logical-object', 'locate', 'long-position'], async () => {
    const drive = await threeFiles();
    await drive.locateFile(2);
    // 3 records and 1 record, each with a filemark behind.
    expect(await drive.position()).toMatchObject({ logicalObject: 6, logicalFile: 2 });
    await drive.locate(4);
    expect(await drive.position()).toMatchObject({ logicalObject: 4, logicalFile: 1 });
    // The driver does not know where that is; a file can be gone to all the same.
    expect(await drive.status()).toMatchObject({ fileNumber: undefined, blockNumber: undefined });
    await drive.locateFile(1);
    expect(await drive.status()).toMatchObject({ fileNumber: 1, blockNumber: 0 });
  });

  conforms('a blank tape ends where it begins', ['erase', 'space-back'], async () => {
    const drive = await openDrive();
    await drive.writeFile([testData(RECORD)], { position: 'overwrite' });
    await drive.rewind();
    await drive.erase();
    await drive.rewind();
    expect(await drive.spaceToEndOfData()).toEqual({ end: 'blank', fileNumber: 0 });
    expect(await drive.writeFile([testData(RECORD)])).toMatchObject({ fileNumber: 0 });
  });

  conforms('a blank tape is read, labelled and written', ['erase', 'end-of-data', 'space-back', 'data'], async () => {
    const drive = await openDrive();
    await drive.writeFile([testData(RECORD)], { position: 'overwrite' });
    await drive.rewind();
    await drive.erase();
    await drive.rewind();
    for (const motion of [() => drive.spaceRecords(-1), () => drive.spaceFiles(-1)]) {
      await expect(motion()).rejects.toBeInstanceOf(BeginningOfPartitionError);
      expect(await drive.status()).toMatchObject({ fileNumber: 0, blockNumber: 0, beginningOfPartition: true });
    }
    for (const motion of [() => drive.spaceRecords(1), () => drive.spaceFiles(1)]) {
      await expect(motion()).rejects.toBeInstanceOf(EndOfDataError);
      await drive.rewind();
    }
    await expect(collect(drive.createReadStream())).rejects.toBeInstanceOf(EndOfDataError);
    // The barcode of a real cartridge is its name: it stays as it is.
    const { barcode = 'BLANK1' } = (await drive.mam())?.values ?? {};
    expect(await writeLabel(drive, barcode)).toMatchObject({ receipt: { fileNumber: 0 } });
    expect(await drive.writeFile([testData(RECORD)])).toMatchObject({ fileNumber: 1 });
    expect(await readLabel(drive)).toBe(barcode);
  });

  conforms('an empty first file is read, counted and appended behind', ['space-back', 'end-of-data'], async () => {
    const drive = await openDrive();
    expect(await drive.writeFile([], { position: 'overwrite' })).toMatchObject({ fileNumber: 0, records: 0 });
    expect(await drive.spaceToEndOfData()).toEqual({ end: 'filemark', fileNumber: 1 });
    await drive.rewind();
    expect(await collect(drive.createReadStream())).toHaveLength(0);
    // Behind the filemark at block 0, which is no beginning of the tape.
    await expect(drive.spaceRecords(-1)).rejects.not.toBeInstanceOf(BeginningOfPartitionError);
    await drive.rewind();
    expect(await collect(drive.createReadStream())).toHaveLength(0);
    const receipt = await drive.writeFile([testData(2 * RECORD, 1)], { recordSize: RECORD, position: 'overwrite' });
    expect(receipt).toMatchObject({ fileNumber: 1, records: 2 });
    expect(await drive.writeFile([testData(RECORD, 2)], { recordSize: RECORD })).toMatchObject({ fileNumber: 2 });
    for (const [fileNumber, length] of [2 * RECORD, RECORD].entries()) {
      const data = await collect(drive.createReadStream({ fileNumber: fileNumber + 1 }));
      expect(data).toHaveLength(length);
    }
    expect(await collect(drive.createReadStream({ fileNumber: 0 }))).toHaveLength(0);
    await drive.close();
    // Whatever opens the device next finds the same files.
    const again = await openDrive();
    expect(await again.spaceToEndOfData()).toEqual({ end: 'filemark', fileNumber: 3 });
    await again.locateFile(1);
    expect(await collect(again.createReadStream())).toHaveLength(2 * RECORD);
  });

  conforms('refuses what is no count and no file number', [], async () => {
    const drive = await openDrive();
    for (const wrong of [Number.NaN, 1.5, 2 ** 23]) {
      await expect(drive.spaceFiles(wrong)).rejects.toBeInstanceOf(InvalidArgumentError);
    }
    for (const wrong of [-1, 0.5, Number.NaN, 2 ** 23]) {
      await expect(drive.locateFile(wrong)).rejects.toBeInstanceOf(InvalidArgumentError);
    }
    expect(await drive.status()).toMatchObject({ fileNumber: 0, blockNumber: 0 });
  });
});
