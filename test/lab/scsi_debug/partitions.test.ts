import { expect, it, onTestFinished } from 'vitest';
import { PositionMismatchError } from '../../../src/errors/index.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { collect } from '../../conformance/conformance.js';
import { command } from '../command.js';

// The kernel's emulated tape tells its partition in the short form of READ POSITION alone. It keeps 4 bytes of a block.

const DEVICE = '/dev/nst0';
const BLOCK = 512;

const mt = (...words: readonly string[]) => command('mt', '-f', DEVICE, ...words);

/** So many blocks, of which nothing counts but how many they are. */
const blocks = (count: number) => Buffer.alloc(count * BLOCK);

async function lengthOf(drive: TapeDrive, fileNumber: number, partition: number): Promise<number> {
  return (await collect(drive.createReadStream({ fileNumber, partition }))).length / BLOCK;
}

it('a tape that mt has left in partition 1 is written in partition 0, or in the one that is named', async () => {
  await mt('rewind');
  await mt('stsetoptions', 'can-partitions');
  onTestFinished(async () => {
    await mt('mkpartition', '0');
    await mt('stclearoptions', 'can-partitions');
  });
  await mt('mkpartition', '1');
  await mt('setpartition', '1');
  await mt('rewind');
  await mt('weof');

  await using drive = await TapeDrive.open(DEVICE);
  await expect(drive.writeFile([blocks(1)], { position: 'overwrite' })).rejects.toBeInstanceOf(PositionMismatchError);
  const options = { recordSize: BLOCK };
  expect(await drive.writeFile([blocks(3)], options)).toMatchObject({ fileNumber: 0, records: 3 });
  expect(await drive.writeFile([blocks(5)], { ...options, partition: 1 })).toMatchObject({ fileNumber: 1, records: 5 });
  expect(await lengthOf(drive, 0, 0)).toBe(3);
  expect(await lengthOf(drive, 0, 1)).toBe(0);
  expect(await lengthOf(drive, 1, 1)).toBe(5);
  await drive.locate(2);
  expect(await drive.logicalObject()).toBe(2);
  expect(await collect(drive.createReadStream())).toHaveLength(BLOCK);
});
