import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { PositionMismatchError } from '../../../src/errors/index.js';
import { writeLabel } from '../../../src/provider/label/label.js';
import { locate10 } from '../../../src/scsi/commands/position.js';
import { openTransport } from '../../../src/tape/open/open-transport.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { collect, testData } from '../../conformance/conformance.js';
import { command, shell } from '../command.js';
import { freshCartridge } from './served.js';

// A tape that another program has left in partition 1, under the kernel's own st: `mt`, which has set its option
// can-partitions, or a program that has the sg node, as LTFS does, where the option was never set.

const DEVICE = '/dev/nst0';
const RECORD = 64 * 1024;

const mt = (...words: readonly string[]) => command('mt', '-f', DEVICE, ...words);

/** A file of one record in each partition, by mt and dd alone, and the drive left behind the one in partition 1. */
async function leftInPartitionOne(): Promise<void> {
  await freshCartridge();
  await mt('rewind');
  await mt('stsetoptions', 'can-partitions');
  await mt('mkpartition', '20');
  for (const partition of ['0', '1']) {
    await mt('setpartition', partition);
    await shell(`head -c ${RECORD} /dev/zero | tr '\\0' '${partition}' | dd of=${DEVICE} bs=${RECORD} iflag=fullblock`);
  }
}

const inPartition = (partition: number) => Buffer.alloc(RECORD, `${partition}`);

async function locatedPastTheDriver(): Promise<void> {
  await mt('setpartition', '0');
  await mt('rewind');
  await mt('stclearoptions', 'can-partitions');
  const transport = await openTransport(DEVICE);
  const { status } = await transport.scsi(locate10({ logicalObject: 2, partition: 1 }));
  await transport.close();
  expect(status).toBe(0);
}

/** What is in a partition, by mt and dd. */
async function byDd(partition: string, file: string): Promise<string> {
  await mt('stsetoptions', 'can-partitions');
  await mt('setpartition', partition);
  await mt('rewind');
  if (file !== '0') await mt('fsf', file);
  return shell(`dd if=${DEVICE} bs=${RECORD} status=none | sha256sum`);
}

describe.each([
  ['by mt', async (): Promise<void> => undefined],
  ['past the driver', locatedPastTheDriver],
] as const)('a tape that was left in partition 1 %s', (_, leave) => {
  beforeEach(async () => {
    await leftInPartitionOne();
    await leave();
    onTestFinished(() => mt('stclearoptions', 'can-partitions').then(() => undefined));
  });

  it('is labelled and appended to in partition 0', async () => {
    await using drive = await TapeDrive.open(DEVICE);
    expect(await drive.position()).toMatchObject({ partition: 1, logicalObject: 2 });
    await writeLabel(drive, 'PART01L8', { overwrite: true });
    expect(await drive.position()).toMatchObject({ partition: 0 });
    expect(await drive.writeFile([testData(RECORD)])).toMatchObject({ fileNumber: 1 });
    expect(await collect(drive.createReadStream({ fileNumber: 0, partition: 1 }))).toEqual(inPartition(1));
    expect(await collect(drive.createReadStream({ fileNumber: 1 }))).toEqual(testData(RECORD));
  });

  it('is not overwritten where it stands', async () => {
    await using drive = await TapeDrive.open(DEVICE);
    const attempt = drive.writeFile([testData(10)], { position: 'overwrite' });
    await expect(attempt).rejects.toBeInstanceOf(PositionMismatchError);
    await expect(drive.erase()).rejects.toBeInstanceOf(PositionMismatchError);
    expect(await collect(drive.createReadStream({ fileNumber: 0 }))).toEqual(inPartition(0));
    expect(await collect(drive.createReadStream({ fileNumber: 0, partition: 1 }))).toEqual(inPartition(1));
  });

  it('is written in the partition that is named, as mt and dd read it back', async () => {
    const drive = await TapeDrive.open(DEVICE);
    await drive.rewind();
    expect(await drive.writeFile([inPartition(7)], { partition: 1 })).toMatchObject({ fileNumber: 1 });
    await drive.locate(0, { partition: 1 });
    expect(await collect(drive.createReadStream())).toEqual(inPartition(1));
    await drive.locateFile(1, { partition: 1 });
    expect(await drive.status()).toMatchObject({ fileNumber: 1, blockNumber: 0 });
    expect(await collect(drive.createReadStream())).toEqual(inPartition(7));
    await drive.writeFile([inPartition(8)]);
    await drive.close();
    expect(await byDd('1', '1')).toBe(await digest('7'));
    expect(await byDd('0', '1')).toBe(await digest('8'));
    expect(await byDd('0', '0')).toBe(await digest('0'));
  });
});

/** SHA-256 of a record of one character, by the tools that read it back. */
function digest(character: string): Promise<string> {
  return shell(`head -c ${RECORD} /dev/zero | tr '\\0' '${character}' | sha256sum`);
}
