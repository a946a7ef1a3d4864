import { describe, expect, it } from 'vitest';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { createVirtualDrive } from '../../src/virtual/index.js';
import { ltoCommand } from './support.js';

const WORDS = 'erase everything';

describe('lto format', () => {
  const lto = ltoCommand();

  /** A cartridge as LTFS leaves one: a small partition for the index, and one for the data. */
  async function twoPartitions(): Promise<string> {
    const folder = lto.path('drive');
    await createVirtualDrive(folder, { cartridge: { barcode: 'LTFS01L8', capacityBytes: 100e6 } });
    await using drive = await TapeDrive.open(`virtual:${folder}`);
    await drive.formatMedium({ partitions: [1e6, 'rest'], confirm: WORDS });
    await drive.writeFile([Buffer.from('index')]);
    await drive.writeFile([Buffer.from('data')], { partition: 1 });
    return folder;
  }

  async function contents(folder: string) {
    await using drive = await TapeDrive.open(`virtual:${folder}`);
    const partitions = await drive.partitions();
    return { partitions, end: await drive.spaceToEndOfData() };
  }

  it('makes one partition of two, with all of the tape', async () => {
    const folder = await twoPartitions();
    const document = await lto.document(['format', '--single-partition', '--yes-overwrite', 'LTFS01L8']);
    expect(document).toEqual({ barcode: 'LTFS01L8', partitions: 1, partitionsBefore: 2, nativeBytes: 100e6 });
    expect(await contents(folder)).toEqual({ partitions: [0], end: { end: 'blank', fileNumber: 0 } });
    expect(await lto.document(['label', 'LTFS01L8'])).toMatchObject({ identifier: 'LTFS01L8' });
  });

  it.each([
    [['--single-partition'], /--yes-overwrite LTFS01L8/],
    [['--single-partition', '--yes-overwrite', 'yes'], /--yes-overwrite LTFS01L8/],
    [['--single-partition', '--yes-overwrite', 'ltfs01l8'], /--yes-overwrite LTFS01L8/],
    [['--yes-overwrite', 'LTFS01L8'], /--single-partition/],
  ])('%j does nothing', async (args, next) => {
    const folder = await twoPartitions();
    const { code, stderr } = await lto.run(['format', ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(next);
    expect(await contents(folder)).toEqual({ partitions: [0, 1], end: { end: 'filemark', fileNumber: 1 } });
  });
});
