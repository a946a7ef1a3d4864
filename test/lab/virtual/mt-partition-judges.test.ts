import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { modeSense10 } from '../../../src/scsi/commands/primary.js';
import { LTO_FORMATS } from '../../../src/scsi/generations/index.js';
import { decodeModePage } from '../../../src/scsi/mode/page.js';
import { MEDIUM_PARTITION } from '../../../src/scsi/mode/pages.js';
import { decodeModeParameters, findModePage } from '../../../src/scsi/mode/parameter-list.js';
import { decodePartitionSizes } from '../../../src/scsi/mode/partition-sizes.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { command, shell } from '../command.js';
import { answerTo, DEVICE } from './page-judge.js';
import { freshCartridge } from './served.js';

// mt and Linux's own st make two partitions, write both and read both; and the options and densities that mt knows.

const mt = (...words: readonly string[]) => command('mt', '-f', DEVICE, ...words);

/** Partition, file and block number that MTIOCGET tells. */
async function standing(): Promise<string[]> {
  const [, file, block, partition] =
    /File number=(-?\d+), block number=(-?\d+), partition=(\d+)/.exec(await mt('status')) ?? [];
  return [partition, file, block].map(String);
}

/** What our own decoders read of page 11: the number of partitions, and their megabytes. */
async function partitionSizes(): Promise<number[]> {
  const answer = await answerTo(modeSense10({ pageCode: MEDIUM_PARTITION.page }));
  const bytes = findModePage(decodeModeParameters(answer, 10), MEDIUM_PARTITION.page)?.bytes ?? new Uint8Array(0);
  const { additionalPartitionsDefined, partitionSizeUnit, partitionUnits } = decodeModePage(MEDIUM_PARTITION, bytes);
  expect([partitionSizeUnit, partitionUnits]).toEqual([3, 6]);
  return decodePartitionSizes(bytes).slice(0, additionalPartitionsDefined + 1);
}

/** Where the drive says that the tape is, by READ POSITION. */
async function position() {
  await using drive = await TapeDrive.open(DEVICE);
  return await drive.position();
}

beforeEach(async () => {
  await freshCartridge();
  await mt('rewind');
});

describe('with can-partitions, mt', () => {
  beforeEach(async () => {
    await mt('stsetoptions', 'can-partitions');
    onTestFinished(() => mt('stclearoptions', 'can-partitions').then(() => undefined));
  });

  it.each([
    ['8', [56, 8]],
    ['-8', [8, 56]],
    // One is not a size but asks for FDP, the partitions of the drive's own choice.
    ['1', [62, 1]],
    ['0', [64]],
  ])('mkpartition %s makes the partitions that we read', async (argument, sizes) => {
    // What was there before is gone in any case.
    await mt('mkpartition', '20');
    expect(await partitionSizes()).toEqual([44, 20]);
    await mt('mkpartition', argument);
    expect(await partitionSizes()).toEqual(sizes);
    expect(await standing()).toEqual(['0', '0', '0']);
    await using drive = await TapeDrive.open(DEVICE);
    expect(await drive.partitions()).toEqual(sizes.map((_, partition) => partition));
    const { partitions } = await drive.capacity();
    expect(partitions.map(({ native }) => Math.floor((native?.bytes ?? 0) / 1e6))).toEqual(sizes);
  });

  it('writes both partitions, and reads back from each what is in it', async () => {
    await mt('mkpartition', '20');
    const files = ['first', 'second'].map((name) => `$TMPDIR/${name}`);
    await shell(`for f in ${files.join(' ')}; do head -c 655360 /dev/urandom > $f; done`);
    for (const [partition, file] of files.entries()) {
      await mt('setpartition', `${partition}`);
      await shell(`dd if=${file} of=${DEVICE} bs=64k`);
      // Ten records and the driver's own filemark.
      expect(await standing()).toEqual([`${partition}`, '1', '0']);
      expect(await position()).toMatchObject({ partition, logicalObject: 11 });
    }
    for (const [partition, file] of [...files.entries()].reverse()) {
      await mt('partseek', `${partition}`, '0');
      expect(await position()).toMatchObject({ partition, logicalObject: 0 });
      await shell(`dd if=${DEVICE} bs=64k status=none | cmp - ${file}`);
    }
    await mt('partseek', '1', '4');
    expect(await position()).toMatchObject({ partition: 1, logicalObject: 4 });
    expect(await mt('tell')).toContain('At block 4.');
    await expect(mt('setpartition', '2')).rejects.toThrow(/Invalid argument/);
  });
});

it('mt refuses partitions without can-partitions, and on a write-once cartridge', async () => {
  await expect(mt('mkpartition', '8')).rejects.toThrow(/Invalid argument/);
  await expect(mt('setpartition', '1')).rejects.toThrow(/Invalid argument/);
  await freshCartridge({ worm: true });
  await mt('rewind');
  await mt('stsetoptions', 'can-partitions');
  onTestFinished(() => mt('stclearoptions', 'can-partitions').then(() => undefined));
  await expect(mt('mkpartition', '8')).rejects.toThrow(/Input\/output error/);
  await using drive = await TapeDrive.open(DEVICE);
  expect(await drive.partitions()).toEqual([0]);
});

it('mt shows the options that it has set and cleared', async () => {
  const shown = async () => /options set: (.*)/.exec(await mt('stshowoptions'))?.[1]?.split(' ');
  const before = await shown();
  await mt('stsetoptions', 'can-partitions', 'fast-eod');
  expect(await shown()).toEqual(expect.arrayContaining(['can-partitions']));
  expect(await shown()).toHaveLength((before?.length ?? 0) + 2);
  await mt('stclearoptions', 'can-partitions', 'fast-eod');
  expect(await shown()).toEqual(before);
});

it('the densities that mt knows as LTO are those that we know, up to LTO-8', async () => {
  const theirs = [...(await mt('densities')).matchAll(/0x([0-9a-f]{2}) {3}(LTO-\S+)/g)];
  const ours = LTO_FORMATS.filter(({ format }) => !/^LTO-(1|9|10|10P)$/.test(format));
  expect(new Map(theirs.map(([, code = '', name = '']) => [Number.parseInt(code, 16), name]))).toEqual(
    new Map(ours.map(({ densityCode, format }) => [densityCode, format.replace(' Type M', '-M8')])),
  );
});
