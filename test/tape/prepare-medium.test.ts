import { describe, expect, it, vi } from 'vitest';
import { InvalidArgumentError, WriteProtectedError } from '../../src/errors/index.js';
import type { FormatOptions } from '../../src/tape/motion/prepare-medium.js';
import { newTapeDrive } from './drives.js';

const CONFIRM = { confirm: 'erase everything' } as const;
const cartridge = { capacityBytes: 500e6 };

describe('preparing a medium', () => {
  it('wants to be told in words, and does nothing otherwise', async () => {
    const drive = await newTapeDrive({ cartridge });
    await drive.writeFile([Buffer.from('precious')]);
    const untold = {} as FormatOptions;
    await expect(drive.formatMedium(untold)).rejects.toThrow("confirm: 'erase everything'");
    await expect(drive.setCapacity(0.5, untold)).rejects.toBeInstanceOf(InvalidArgumentError);
    expect((await drive.spaceToEndOfData()).fileNumber).toBe(1);
  });

  it('makes partitions, and one again', async () => {
    const drive = await newTapeDrive({ cartridge });
    await drive.writeFile([Buffer.from('gone soon')]);
    await drive.formatMedium({ partitions: ['rest', 37e6, 1e6], ...CONFIRM });
    expect((await drive.capacity()).partitions.map(({ native }) => native?.bytes)).toEqual([462e6, 37e6, 1e6]);
    expect(await drive.settings()).toMatchObject({ partitions: 3, maximumPartitions: 4, activePartition: 0 });
    expect((await drive.spaceToEndOfData()).end).toBe('blank');
    expect((await drive.mam())?.values.initializationCount).toBe(2);
    await drive.formatMedium(CONFIRM);
    expect(await drive.partitions()).toEqual([0]);
  });

  it('formats nothing when the last caller to be told fails, and has told before', async () => {
    const drive = await newTapeDrive({ cartridge });
    await drive.writeFile([Buffer.from('precious')]);
    const onEmptying = vi.fn(async () => {
      throw new Error('the list is not written');
    });
    const attempt = drive.formatMedium({ partitions: ['rest', 1e6], onEmptying, ...CONFIRM });
    await expect(attempt).rejects.toThrow('the list is not written');
    await drive.rewind();
    expect((await drive.spaceToEndOfData()).fileNumber).toBe(1);
    await drive.formatMedium({ onEmptying: async () => undefined, ...CONFIRM });
    expect((await drive.spaceToEndOfData()).end).toBe('blank');
  });

  it.each([[[1e6, 2e6]], [['rest', 'rest']], [['rest', 1e6, 1e6, 1e6, 1e6]], [['rest', 0.5]]] as const)(
    'refuses partitions of %j and keeps the data',
    async (partitions) => {
      const drive = await newTapeDrive({ cartridge });
      await drive.writeFile([Buffer.from('precious')]);
      const onEmptying = vi.fn(async () => undefined);
      const attempt = drive.formatMedium({ partitions, onEmptying, ...CONFIRM });
      await expect(attempt).rejects.toBeInstanceOf(InvalidArgumentError);
      expect(onEmptying).not.toHaveBeenCalled();
      expect((await drive.spaceToEndOfData()).fileNumber).toBe(1);
    },
  );

  it('scales the capacity', async () => {
    const drive = await newTapeDrive({ cartridge });
    await drive.setCapacity(0.25, CONFIRM);
    expect((await drive.capacity()).total.native?.bytes).toBe(125e6);
    await drive.setCapacity(1, CONFIRM);
    expect((await drive.capacity()).total.native?.bytes).toBe(500e6);
    await expect(drive.setCapacity(0, CONFIRM)).rejects.toBeInstanceOf(InvalidArgumentError);
  });

  it.each([{ worm: true }, { writeProtected: true }])('is refused for %j', async (kind) => {
    const drive = await newTapeDrive({ cartridge: { ...cartridge, ...kind } });
    await expect(drive.formatMedium(CONFIRM)).rejects.toBeInstanceOf(WriteProtectedError);
  });
});
