import { describe, expect, it } from 'vitest';
import {
  decodeShortPosition,
  readPosition,
  rewind,
  type ScsiCommand,
  space6,
  testUnitReady,
  write6,
  writeFilemarks6,
} from '../../src/scsi/index.js';
import { decodeSense } from '../../src/scsi/sense/sense.js';
import type { SpeedFacts, VirtualDrive } from '../../src/virtual/index.js';
import { newTapeDrive } from '../tape/drives.js';
import { newDrive, outcome, send, where } from './support.js';

const RECORD_BYTES = 1000;
const BUFFER = { bufferBytes: 3 * RECORD_BYTES };
const KIB = 1024;
const MB = 1e6;

function record(): ScsiCommand {
  return write6({ data: new Uint8Array(RECORD_BYTES).fill(7) });
}

async function bufferOf(drive: VirtualDrive) {
  return decodeShortPosition((await send(drive, readPosition('short'))).dataIn);
}

/** Two files of two records, with filemarks that the drive does not wait for: objects 0 to 5. */
async function writeTwoFiles(drive: VirtualDrive): Promise<void> {
  for (let file = 0; file < 2; file += 1) {
    for (let i = 0; i < 2; i += 1) expect(await outcome(send(drive, record()))).toBe('good');
    expect(await outcome(send(drive, writeFilemarks6({ count: 1, immediate: true })))).toBe('good');
  }
}

describe('what is in the buffer of a drive', () => {
  it('is told by READ POSITION, and nothing any more after a filemark that is waited for', async () => {
    const drive = await newDrive(BUFFER);
    await writeTwoFiles(drive);
    // The last three records, and the filemarks behind them.
    const waiting = { firstObject: 6, lastObject: 1, objectsInBuffer: 5, bytesInBuffer: 3000 };
    expect(await bufferOf(drive)).toMatchObject(waiting);
    await send(drive, writeFilemarks6({ count: 0 }));
    expect(await bufferOf(drive)).toMatchObject({
      firstObject: 6,
      lastObject: 6,
      objectsInBuffer: 0,
      bytesInBuffer: 0,
    });
  });

  it('is nothing where a drive has no buffer', async () => {
    const drive = await newDrive();
    await writeTwoFiles(drive);
    expect(await bufferOf(drive)).toMatchObject({ firstObject: 6, lastObject: 6, bytesInBuffer: 0 });
  });

  it('follows the speed model of a slow drive', async () => {
    const speed = { bufferBytes: MB, speeds: [MB], backHitchSeconds: 0.01, restartLevel: 0.5, matchingSeconds: 1 };
    const drive = await newDrive({ speed });
    await writeTwoFiles(drive);
    // Less than the restart level: nothing has moved yet.
    expect(await bufferOf(drive)).toMatchObject({ firstObject: 6, lastObject: 0, bytesInBuffer: 4000 });
  });

  it('is gone after a power cut, and what is on the medium is not', async () => {
    const drive = await newDrive(BUFFER);
    await writeTwoFiles(drive);
    await drive.cutPower();
    expect(await outcome(send(drive, testUnitReady()))).toBe('6/29/00');
    expect(await where(drive)).toEqual([0, 0]);
    await send(drive, space6({ code: 'endOfData', count: 0 }));
    expect(await where(drive)).toEqual([1, 0]);
  });

  it('is on the medium after a reset, after a motion, and after a filemark that is waited for', async () => {
    for (const safe of [
      (drive: VirtualDrive) => drive.reset(),
      (drive: VirtualDrive) => send(drive, rewind()),
      (drive: VirtualDrive) => send(drive, writeFilemarks6({ count: 0 })),
    ]) {
      const drive = await newDrive(BUFFER);
      await writeTwoFiles(drive);
      await safe(drive);
      drive.faults = [{ outcome: { powerCut: true }, times: 1 }];
      expect(await outcome(send(drive, testUnitReady()))).toBe('6/29/00');
      await send(drive, space6({ code: 'endOfData', count: 0 }));
      expect(await where(drive)).toEqual([6, 2]);
    }
  });

  it('is told to be lost by a deferred error, at the next command', async () => {
    const drive = await newDrive(BUFFER);
    await writeTwoFiles(drive);
    drive.faults = [{ outcome: { deferred: { key: 3, asc: 0x0c, ascq: 0 } }, times: 1 }];
    const { sense } = await send(drive, record());
    expect(decodeSense(sense)).toMatchObject({ key: 3, asc: 0x0c, deferred: true });
    expect(await bufferOf(drive)).toMatchObject({ firstObject: 1, lastObject: 1 });
  });
});

describe('what a stop of the tape costs', () => {
  const speed: SpeedFacts = {
    bufferBytes: 64 * MB,
    speeds: [100 * MB],
    backHitchSeconds: 0.3,
    restartLevel: 0.5,
    matchingSeconds: 1,
  };

  it('is paid for each file that a drive writes, with its filemark waited for', async () => {
    const drive = await newTapeDrive({ speed });
    const begun = performance.now();
    for (let file = 0; file < 4; file += 1) await drive.writeFile([Buffer.alloc(64 * KIB, file)]);
    // The tape is put back behind each file before the next one goes to the medium.
    expect(performance.now() - begun).toBeGreaterThan(3 * 300);
  });
});
