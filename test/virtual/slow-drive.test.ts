import { describe, expect, it } from 'vitest';
import { locate10, read6, rewind, write6, writeFilemarks6 } from '../../src/scsi/index.js';
import type { SpeedFacts } from '../../src/virtual/index.js';
import { newDrive, newDriveFolder, openDrive, outcome, send } from './support.js';

const MB = 1e6;
/** Records of 1 MB pass in 10 ms each. */
const SLOW: SpeedFacts = {
  bufferBytes: 4 * MB,
  speeds: [100 * MB],
  backHitchSeconds: 0.05,
  restartLevel: 0.5,
  matchingSeconds: 1,
};
const RECORD = write6({ data: new Uint8Array(MB) });

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

describe('a drive with a speed model', () => {
  it('takes what its buffer holds at once, the rest at the speed of the tape, and a filemark when all is recorded', async () => {
    const drive = await newDrive({ speed: SLOW, cartridge: { discardsData: true } });
    const writing = await milliseconds(async () => {
      for (let record = 0; record < 24; record += 1) expect(await outcome(send(drive, RECORD))).toBe('good');
    });
    // 20 MB have left the buffer, at 10 ms a MB.
    expect(writing).toBeGreaterThan(180);
    const ending = await milliseconds(() => send(drive, writeFilemarks6({ count: 1 })));
    expect(ending).toBeGreaterThan(20);
    expect(drive.streaming).toMatchObject({ level: 0 });
    expect(drive.streaming?.mediumBytes).toBeCloseTo(24 * MB, -2);
  });

  it('counts back-hitches', async () => {
    const drive = await newDrive({ speed: SLOW });
    for (let turn = 0; turn < 3; turn += 1) {
      for (let record = 0; record < 3; record += 1) await send(drive, RECORD);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect(drive.streaming?.backHitches).toBe(3);
    expect(drive.streaming?.speed).toBe(0);
  });

  it('reads at the speed of the tape, and gives what it read ahead at once', async () => {
    const drive = await newDrive({ speed: SLOW });
    for (let record = 0; record < 10; record += 1) await send(drive, RECORD);
    await send(drive, rewind());
    expect(await milliseconds(() => send(drive, read6({ length: MB })))).toBeGreaterThan(8);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(drive.streaming?.level).toBeCloseTo(4 * MB, -2);
    await send(drive, locate10({ logicalObject: 0 }));
    expect(drive.streaming?.level).toBe(0);
  });

  it('stays slow when it is opened again, and is as fast as the machine without a model', async () => {
    const folder = await newDriveFolder({ speed: 'lto9' });
    expect((await openDrive(folder)).streaming).toMatchObject({ backHitches: 0, speed: 0 });
    expect((await newDrive()).streaming).toBeUndefined();
  });
});
