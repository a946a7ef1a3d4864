import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { DEVICE_STATUS } from '../../../src/scsi/log/device-status.js';
import { decodeLogPage, logSense } from '../../../src/scsi/log/page.js';
import { decodeLogValues } from '../../../src/scsi/log/values.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { command } from '../command.js';
import { answerTo, DEVICE } from './page-judge.js';
import { freshCartridge } from './served.js';

// What mt does is what our TapeDrive then says.

const mt = (...words: readonly string[]) => command('mt', '-f', DEVICE, ...words);

async function drive<T>(work: (drive: TapeDrive) => Promise<T>): Promise<T> {
  await using opened = await TapeDrive.open(DEVICE);
  return await work(opened);
}

/** Three records, a filemark, two records, a filemark: the end of the data is object 7. */
beforeEach(async () => {
  await freshCartridge();
  await drive(async (opened) => {
    await opened.rewind();
    for (const records of [3, 2]) {
      await opened.writeFile([Buffer.alloc(records * 4096)], { recordSize: 4096, position: 'overwrite' });
    }
  });
});

describe('mt', () => {
  it('writes filemarks, and spaces over them to either side', async () => {
    const moves: readonly (readonly [string, number])[] = [
      ['eod', 7],
      ['weof', 8],
      ['weof 3', 11],
      ['bsfm 1', 11],
      ['bsf 2', 9],
      ['bsfm 1', 9],
      ['rewind', 0],
      ['fsfm 1', 3],
      ['seek 5', 5],
      ['seod', 11],
    ];
    for (const [operation, object] of moves) {
      await mt(...operation.split(' '));
      expect(await mt('tell'), operation).toContain(`At block ${object}.`);
      expect(await drive((opened) => opened.logicalObject()), operation).toBe(object);
      expect((await drive((opened) => opened.position())).logicalObject, operation).toBe(object);
    }
  });

  it('erases from where the tape stands', async () => {
    await mt('seek', '4');
    await mt('erase');
    const at = await drive(async (opened) => {
      await opened.rewind();
      await opened.spaceToEndOfData();
      return opened.logicalObject();
    });
    expect(at).toBe(4);
  });

  it('shows in its status what we show', async () => {
    await mt('rewind');
    await mt('fsf', '1');
    const said = await mt('status');
    const status = await drive((opened) => opened.status());
    expect(said).toContain(`File number=${status.fileNumber}, block number=${status.blockNumber},`);
    expect(said).toContain(
      `Tape block size ${status.blockSize} bytes. Density code 0x${status.densityCode.toString(16)}`,
    );
    expect(status).toMatchObject({ fileNumber: 1, blockNumber: 0, filemark: true, online: true, endOfData: false });
    expect(said).toMatch(/^ EOF ONLINE/m);
    await mt('rewind');
    expect(await mt('status')).toMatch(/^ BOT ONLINE/m);
    expect(await drive((opened) => opened.status())).toMatchObject({ beginningOfPartition: true, filemark: false });
    await mt('eod');
    expect(await mt('status')).toMatch(/^ EOD ONLINE/m);
    expect(await drive((opened) => opened.status())).toMatchObject({ endOfData: true });
  });

  it('sets the block size and compression that we then read', async () => {
    onTestFinished(() => mt('setblk', '0').then(() => undefined));
    for (const size of [512, 0]) {
      await mt('setblk', `${size}`);
      expect(await drive((opened) => opened.status())).toMatchObject({ blockSize: size });
      expect(await drive((opened) => opened.settings())).toMatchObject({ blockLength: size });
    }
    for (const on of [0, 1]) {
      await mt('compression', `${on}`);
      expect(await drive((opened) => opened.settings())).toMatchObject({ compression: on === 1 });
    }
  });

  it('locks the cartridge in, and lets it go', async () => {
    const locked = async () => {
      const page = decodeLogPage(await answerTo(logSense(DEVICE_STATUS.page)));
      return decodeLogValues(DEVICE_STATUS, page).values.status?.preventMediumRemoval;
    };
    await mt('rewind');
    await mt('lock');
    expect(await locked()).toBe(true);
    await mt('unlock');
    expect(await locked()).toBe(false);
    await drive((opened) => opened.preventRemoval(true));
    expect(await locked()).toBe(true);
    await mt('unlock');
    expect(await locked()).toBe(false);
    await mt('lock');
    await drive((opened) => opened.preventRemoval(false));
    expect(await locked()).toBe(false);
    // The operation one below MTLOCK writes.
    await mt('eod');
    expect(await drive((opened) => opened.logicalObject())).toBe(7);
  });

  it('unloads and loads', async () => {
    await mt('offline');
    expect((await drive((opened) => opened.readiness())).state).not.toBe('ready');
    expect((await drive((opened) => opened.status())).online).toBe(false);
    await mt('load');
    expect((await drive((opened) => opened.readiness())).state).toBe('ready');
    expect(await drive((opened) => opened.logicalObject())).toBe(0);
  });
});
