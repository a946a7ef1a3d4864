import { describe, expect, it } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { InvalidArgumentError, PositionMismatchError } from '../../src/errors/index.js';
import { writeLabel } from '../../src/provider/label/label.js';
import { readUtilization } from '../../src/provider/monitor/utilization.js';
import { locate10 } from '../../src/scsi/commands/position.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { collect, testData } from '../conformance/conformance.js';
import { expectRefusal } from '../support/refusals.js';
import { newDriveFolder } from '../virtual/support.js';

const RECORD = 64 * 1024;
const CONFIRM = { confirm: 'erase everything' } as const;

/** Two partitions with a file in each, and the drive left in partition 1, as another program leaves it. */
async function leftInPartitionOne() {
  const folder = await newDriveFolder({ cartridge: { capacityBytes: 100e6 } });
  const device = `virtual:${folder}`;
  await using drive = await TapeDrive.open(device);
  await drive.formatMedium({ partitions: [1e6, 'rest'], ...CONFIRM });
  await drive.writeFile([testData(RECORD, 1)]);
  await drive.writeFile([testData(RECORD, 2)], { partition: 1 });
  expect(await drive.position()).toMatchObject({ partition: 1, logicalObject: 2 });
  return device;
}

async function open(device: string): Promise<TapeDrive> {
  const drive = await TapeDrive.open(device);
  expect(await drive.position()).toMatchObject({ partition: 1 });
  return drive;
}

/** What each partition holds, by its files. */
async function contents(drive: TapeDrive): Promise<Buffer[][]> {
  const found: Buffer[][] = [];
  for (const partition of [0, 1]) {
    const { fileNumber: files } = await drive.spaceToEndOfData({ partition });
    found.push([]);
    for (let fileNumber = 0; fileNumber < files; fileNumber += 1) {
      found.at(-1)?.push(await collect(drive.createReadStream({ fileNumber, partition })));
    }
  }
  return found;
}

describe('a tape that was left in partition 1', () => {
  it('is labelled in partition 0, and what is in partition 1 stays', async () => {
    await using drive = await open(await leftInPartitionOne());
    await writeLabel(drive, 'LABEL1L8', { overwrite: true });
    expect(await drive.position()).toMatchObject({ partition: 0 });
    const [zero, one] = await contents(drive);
    expect(zero).toHaveLength(1);
    expect(one).toEqual([testData(RECORD, 2)]);
  });

  it('is appended to in partition 0', async () => {
    await using drive = await open(await leftInPartitionOne());
    expect(await drive.writeFile([testData(RECORD, 3)])).toMatchObject({ fileNumber: 1 });
    expect(await contents(drive)).toEqual([[testData(RECORD, 1), testData(RECORD, 3)], [testData(RECORD, 2)]]);
  });

  it('is read in partition 0 by file number, and not at all from where it stands', async () => {
    await using drive = await open(await leftInPartitionOne());
    const { device } = drive;
    const reading = collect(drive.createReadStream());
    await expectRefusal(reading, PositionMismatchError, { device, next: /partition 0/ });
    expect(await collect(drive.createReadStream({ fileNumber: 0 }))).toEqual(testData(RECORD, 1));
  });

  it('is neither overwritten, marked nor erased where it stands', async () => {
    await using drive = await open(await leftInPartitionOne());
    const { device } = drive;
    const attempts = [
      () => drive.writeFile([testData(10)], { position: 'overwrite' }),
      () => drive.writeFilemarks(),
      () => drive.erase(),
    ];
    for (const attempt of attempts) {
      await expectRefusal(attempt(), PositionMismatchError, { device, next: /partition 0/ });
    }
    expect(await contents(drive)).toEqual([[testData(RECORD, 1)], [testData(RECORD, 2)]]);
  });

  it.each([
    ['rewind', (drive: TapeDrive) => drive.rewind(), 0],
    ['locate', (drive: TapeDrive) => drive.locate(1), 1],
    ['locateFile', (drive: TapeDrive) => drive.locateFile(1), 2],
    ['spaceToEndOfData', (drive: TapeDrive) => drive.spaceToEndOfData(), 2],
  ] as const)('%s goes to partition 0', async (_, move, logicalObject) => {
    await using drive = await open(await leftInPartitionOne());
    await move(drive);
    expect(await drive.position()).toMatchObject({ partition: 0, logicalObject });
  });
});

describe('a partition that is named', () => {
  it('is gone to, read, appended to and overwritten', async () => {
    await using drive = await TapeDrive.open(await leftInPartitionOne());
    await drive.locate(1, { partition: 0 });
    expect(await drive.position()).toMatchObject({ partition: 0, logicalObject: 1 });
    expect(await collect(drive.createReadStream({ partition: 1 }))).toEqual(testData(RECORD, 2));
    expect(await drive.writeFile([testData(RECORD, 4)], { partition: 1 })).toMatchObject({ fileNumber: 1 });
    await drive.locateFile(1, { partition: 1 });
    expect(await drive.status()).toMatchObject({ fileNumber: 1, blockNumber: 0 });
    // What goes on from here stays in the partition that was named last.
    expect(await collect(drive.createReadStream())).toEqual(testData(RECORD, 4));
    await drive.locateFile(1, { partition: 1 });
    await drive.writeFile([testData(RECORD, 5)], { position: 'overwrite' });
    expect(await contents(drive)).toEqual([[testData(RECORD, 1)], [testData(RECORD, 2), testData(RECORD, 5)]]);
  });

  it('is overwritten only when the tape stands in it', async () => {
    await using drive = await TapeDrive.open(await leftInPartitionOne());
    await drive.rewind();
    const attempt = drive.writeFile([testData(10)], { position: 'overwrite', partition: 1 });
    await expectRefusal(attempt, PositionMismatchError, { device: drive.device, next: /partition 0/ });
    await drive.rewind({ partition: 1 });
    await drive.writeFile([testData(RECORD, 6)], { position: 'overwrite', partition: 1 });
    expect(await contents(drive)).toEqual([[testData(RECORD, 1)], [testData(RECORD, 6)]]);
  });

  it('has to exist', async () => {
    await using drive = await TapeDrive.open(await leftInPartitionOne());
    const { device } = drive;
    for (const partition of [2, -1, 0.5, 256]) {
      await expectRefusal(drive.rewind({ partition }), InvalidArgumentError, {
        device,
        next: /partitions|counted from 0/,
      });
      const reading = (async () => collect(drive.createReadStream({ fileNumber: 0, partition })))();
      await expectRefusal(reading, InvalidArgumentError, { device, next: /partitions|counted from 0/ });
    }
    expect(await contents(drive)).toEqual([[testData(RECORD, 1)], [testData(RECORD, 2)]]);
  });
});

it('a tape that another program moves to partition 1 under an open handle is not written there', async () => {
  const device = await leftInPartitionOne();
  const transport = await VirtualTransport.open({ device, folder: device.slice('virtual:'.length) });
  await using drive = TapeDrive.onTransport(transport);
  await drive.rewind();
  await transport.scsi(locate10({ logicalObject: 0, partition: 1 }));
  await expect(drive.writeFile([testData(10)], { position: 'overwrite' })).rejects.toBeInstanceOf(
    PositionMismatchError,
  );
  await drive.rewind();
  expect(await contents(drive)).toEqual([[testData(RECORD, 1)], [testData(RECORD, 2)]]);
});

it('utilisation is that of partition 0, whose end is the end of the tape for whoever writes to it', async () => {
  await using drive = await TapeDrive.open(await leftInPartitionOne());
  await drive.writeFile([testData(RECORD, 7)], { partition: 1 });
  const { totalBytes, remainingBytes, capacity } = await readUtilization(drive);
  expect(capacity.partitions).toHaveLength(2);
  expect(totalBytes).toBeLessThanOrEqual(1e6);
  expect(remainingBytes).toBeLessThanOrEqual(1e6);
  expect(capacity.total.maximum?.bytes).toBeGreaterThan(90e6);
});
