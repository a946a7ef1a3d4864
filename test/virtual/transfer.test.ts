import { describe, expect, it } from 'vitest';
import {
  encodeModeParameters,
  erase6,
  locate16,
  type ModeParameters,
  modeSelect6,
  read6,
  rewind,
  space6,
  write6,
  writeFilemarks6,
} from '../../src/scsi/index.js';
import type { VirtualDrive } from '../../src/virtual/index.js';
import { newDrive, outcome, pattern, send, where } from './support.js';

describe('records and filemarks', () => {
  it('gives back what was written, record by record and file by file', async () => {
    const drive = await newDrive();
    const lengths = [1, 512, 65_537, 262_144, 3];
    for (const [seed, length] of lengths.entries()) {
      expect(await outcome(send(drive, write6({ data: pattern(length, seed) })))).toBe('good');
    }
    expect(await outcome(send(drive, writeFilemarks6({ count: 1 })))).toBe('good');
    expect(await where(drive)).toEqual([6, 1]);
    await send(drive, rewind());
    for (const [seed, length] of lengths.entries()) {
      const { dataIn, status } = await send(drive, read6({ length }));
      expect(status).toBe(0);
      expect(Buffer.from(dataIn).equals(pattern(length, seed))).toBe(true);
    }
    expect(await outcome(send(drive, read6({ length: 10 })))).toBe('0/00/01 FM residual 10');
    expect(await outcome(send(drive, read6({ length: 10 })))).toBe('8/00/05 residual 10');
    expect(await where(drive)).toEqual([6, 1]);
  });

  it('tells a length that is not the one asked for, unless it is to be silent', async () => {
    const drive = await newDrive();
    await send(drive, write6({ data: pattern(100, 1) }));
    await send(drive, rewind());
    const long = await send(drive, read6({ length: 300 }));
    expect(await outcome(long)).toBe('0/00/00 ILI residual 200');
    expect(long.dataIn.length).toBe(100);
    expect(long.residual).toBe(200);
    await send(drive, rewind());
    const short = await send(drive, read6({ length: 30 }));
    expect(await outcome(short)).toBe('0/00/00 ILI residual -70');
    expect(Buffer.from(short.dataIn)).toEqual(pattern(100, 1).subarray(0, 30));
    expect(await where(drive)).toEqual([1, 0]);
    await send(drive, rewind());
    expect(await outcome(send(drive, read6({ length: 300, suppressIncorrectLength: true })))).toBe('good');
  });

  it('forgets what follows a record that is written over', async () => {
    const drive = await newDrive();
    for (let seed = 0; seed < 5; seed++) await send(drive, write6({ data: pattern(1000, seed) }));
    await send(drive, locate16({ destination: 'logicalObject', identifier: 2 }));
    await send(drive, write6({ data: pattern(10, 9) }));
    expect(await outcome(send(drive, space6({ code: 'endOfData', count: 0 })))).toBe('good');
    expect(await where(drive)).toEqual([3, 0]);
  });

  it('erases from the position on', async () => {
    const drive = await newDrive();
    for (let seed = 0; seed < 5; seed++) await send(drive, write6({ data: pattern(1000, seed) }));
    await send(drive, locate16({ destination: 'logicalObject', identifier: 2 }));
    expect(await outcome(send(drive, erase6({ long: false })))).toBe('good');
    expect(await outcome(send(drive, read6({ length: 1000 })))).toBe('8/00/05 residual 1000');
    expect(await where(drive)).toEqual([2, 0]);
  });
});

/** The header and the block descriptor that set a fixed block length, or 0 for variable blocks. */
function setBlockLength(drive: VirtualDrive, blockLength: number, bufferedMode = 1): Promise<string> {
  const blockDescriptor = { densityCode: 0, numberOfBlocks: 0, blockLength };
  const parameters: ModeParameters = {
    mediumType: 0,
    writeProtected: false,
    bufferedMode,
    speed: 0,
    blockDescriptor,
    pages: [],
  };
  return outcome(send(drive, modeSelect6({ data: encodeModeParameters(parameters, 6, { select: true }) })));
}

describe('blocks of fixed length', () => {
  it('are recorded one by one, and read back many at once', async () => {
    const drive = await newDrive();
    expect(await setBlockLength(drive, 512)).toBe('good');
    const data = pattern(512 * 10, 3);
    expect(await outcome(send(drive, write6({ data, blocks: 10 })))).toBe('good');
    expect(await where(drive)).toEqual([10, 0]);
    await send(drive, writeFilemarks6({ count: 1 }));
    await send(drive, rewind());
    const first = await send(drive, read6({ blocks: 4, blockLength: 512 }));
    expect(await outcome(first)).toBe('good');
    const second = await send(drive, read6({ blocks: 9, blockLength: 512 }));
    expect(await outcome(second)).toBe('0/00/01 FM residual 3');
    expect(Buffer.concat([first.dataIn, second.dataIn])).toEqual(Buffer.from(data));
  });

  it('stop at a block of another length, and after it', async () => {
    const drive = await newDrive();
    for (const length of [512, 512, 100, 512]) await send(drive, write6({ data: pattern(length, 1) }));
    await send(drive, rewind());
    await setBlockLength(drive, 512);
    const read = await send(drive, read6({ blocks: 4, blockLength: 512 }));
    expect(await outcome(read)).toBe('0/00/00 ILI residual 2');
    expect(read.dataIn.length).toBe(1024);
    expect(await where(drive)).toEqual([3, 0]);
  });

  it('are refused while the block length is not set', async () => {
    const drive = await newDrive();
    expect(await outcome(send(drive, write6({ data: pattern(512, 1), blocks: 1 })))).toBe('5/24/00');
    expect(await outcome(send(drive, read6({ blocks: 1, blockLength: 512 })))).toBe('5/24/00');
  });
});

describe('limits', () => {
  it('takes a record of 8 MiB, and none that is larger', async () => {
    const drive = await newDrive();
    expect(await outcome(send(drive, write6({ data: new Uint8Array(0x800000) })))).toBe('good');
    expect(await outcome(send(drive, write6({ data: new Uint8Array(0x800001) })))).toBe('5/24/00');
    expect(await setBlockLength(drive, 0x800001)).toBe('5/26/00');
  });

  it('refuses fixed blocks of more than 64 MiB in all', async () => {
    const drive = await newDrive();
    expect(await setBlockLength(drive, 0x80000)).toBe('good');
    expect(await outcome(drive.execute(Uint8Array.of(0x08, 1, 0xff, 0xff, 0xff, 0)))).toBe('5/24/00');
  });

  it('refuses setmarks, and data that do not fit the command', async () => {
    const drive = await newDrive();
    expect(await outcome(drive.execute(Uint8Array.of(0x10, 2, 0, 0, 1, 0)))).toBe('5/24/00');
    // Less data than the CDB announces: a part of a record is none.
    expect(await outcome(drive.execute(Uint8Array.of(0x0a, 0, 0, 0, 9, 0), { dataOut: new Uint8Array(8) }))).toBe(
      '5/24/00',
    );
    expect(await where(drive)).toEqual([0, 0]);
  });

  it('fills the memory that it is given', async () => {
    const drive = await newDrive();
    await send(drive, write6({ data: pattern(300, 1) }));
    await send(drive, rewind());
    const into = new Uint8Array(512);
    const { dataIn, residual } = await drive.execute(read6({ length: 512 }).cdb, { into });
    expect([dataIn.buffer, dataIn.byteOffset, dataIn.length, residual]).toEqual([into.buffer, 0, 300, 212]);
    expect(Buffer.from(into.subarray(0, 300))).toEqual(Buffer.from(pattern(300, 1)));
  });
});
