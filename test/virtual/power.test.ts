import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DeviceNotFoundError, DriveBusyError } from '../../src/errors/index.js';
import { lockName, thisProcess } from '../../src/locks/lock-owner.js';
import { read6, space6, testUnitReady, write6 } from '../../src/scsi/index.js';
import { createVirtualDrive, VirtualDrive } from '../../src/virtual/index.js';
import { compiledSources } from '../support/compiled.js';
import { newDriveFolder, openDrive, outcome, pattern, send, temporaryFolder, where } from './support.js';

const RECORD_BYTES = 300_000;
const RECORDS_PER_FILE = 3;
const KILLS = 10;

const compiled = compiledSources();

type Writer = ChildProcessByStdio<null, Readable, null>;

/** A process that opens the drive, says so, and then writes files; a line for each file that is committed. */
function writer(folder: string): Writer {
  const script = `
    const { VirtualDrive } = await import(${JSON.stringify(compiled.url('virtual/index.js'))});
    const { space6, testUnitReady, write6, writeFilemarks6 } = await import(${JSON.stringify(compiled.url('scsi/index.js'))});
    const drive = await VirtualDrive.open(${JSON.stringify(folder)});
    const send = (command) => drive.execute(command.cdb, { dataOut: command.dataOut });
    await send(testUnitReady());
    await send(space6({ code: 'endOfData', count: 0 }));
    console.log('open');
    for (let file = 0; ; file++) {
      for (let record = 0; record < ${RECORDS_PER_FILE}; record++) {
        await send(write6({ data: new Uint8Array(${RECORD_BYTES}).fill(record + 1) }));
      }
      const { status } = await send(writeFilemarks6({ count: 1 }));
      if (status === 0) console.log('file');
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function killAfter(child: Writer, files: number, delayMs: number): Promise<number> {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  let committed = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'file') committed += 1;
    if (committed === files && child.exitCode === null) setTimeout(() => child.kill('SIGKILL'), delayMs);
  }
  // Its output ends a little earlier, and until then the drive is still its own.
  await exited;
  return committed;
}

describe('a process that is killed while it writes', () => {
  it('loses no file that was committed, and leaves a tape that goes on', { timeout: 600_000 }, async () => {
    const folder = await newDriveFolder();
    let committed = 0;
    for (let round = 0; round < KILLS; round++) {
      committed += await killAfter(writer(folder), 1 + (round % 3), Math.random() * 20);
      const drive = await openDrive(folder);
      expect(await outcome(send(drive, testUnitReady()))).toBe('6/29/00');
      expect(await where(drive)).toEqual([0, 0]);
      expect(await outcome(send(drive, space6({ code: 'filemarks', count: committed })))).toBe('good');
      expect(await outcome(send(drive, space6({ code: 'endOfData', count: 0 })))).toBe('good');
      committed = (await where(drive))[1];
      expect(await intactRecords(drive)).toBe((await where(drive))[0]);
      await drive.close();
    }
    expect(committed).toBeGreaterThanOrEqual(KILLS);
  });
});

/** Reads the whole tape; number of objects up to end of data. */
async function intactRecords(drive: VirtualDrive): Promise<number> {
  await drive.execute(Uint8Array.of(1, 0, 0, 0, 0, 0));
  for (;;) {
    const answer = await send(drive, read6({ length: RECORD_BYTES }));
    const said = await outcome(answer);
    if (said.startsWith('8/00/05')) return (await where(drive))[0];
    if (said.startsWith('0/00/01')) continue;
    expect(said).toBe('good');
    expect(answer.dataIn.every((byte) => byte === answer.dataIn[0])).toBe(true);
  }
}

describe('the lock', () => {
  it('names the process that holds the drive, and is free when that process is dead', async () => {
    const folder = await newDriveFolder();
    const child = writer(folder);
    await once(createInterface({ input: child.stdout }), 'line');
    await expect(VirtualDrive.open(folder)).rejects.toMatchObject({ code: 'LTO_DRIVE_BUSY', holder: child.pid });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const drive = await openDrive(folder);
    await drive.close();
    expect((await readdir(folder)).filter((name) => name.startsWith('lock-'))).toEqual([]);
  });

  it('keeps a second opener of the same process out, and lets one of many in', async () => {
    const folder = await newDriveFolder();
    const drive = await openDrive(folder);
    await expect(VirtualDrive.open(folder)).rejects.toThrow(DriveBusyError);
    await drive.close();
    const openers = await Promise.allSettled(Array.from({ length: 8 }, () => VirtualDrive.open(folder)));
    const open = openers.filter((opener) => opener.status === 'fulfilled');
    expect(open.length).toBe(1);
    for (const { value } of open) await value.close();
  });

  it('takes a process with the same number, but of another time, for dead', async () => {
    const folder = await newDriveFolder();
    const earlier = lockName({ ...(await thisProcess()), started: '1' }, '0123456789abcdef');
    await writeFile(join(folder, earlier), '');
    await (await openDrive(folder)).close();
  });

  it('of another host is left alone', async () => {
    const folder = await newDriveFolder();
    const other = { ...(await thisProcess()), boot: '0123', host: 'elsewhere' };
    await writeFile(join(folder, lockName(other, '0123456789abcdef')), 'x');
    const why = { holder: undefined, message: expect.stringContaining('elsewhere') };
    await expect(VirtualDrive.open(folder)).rejects.toMatchObject({ ...why, next: expect.stringContaining('lock-p-') });
  });
});

describe('folders', () => {
  it('without a drive are refused, and nothing is put into them', async () => {
    const folder = await temporaryFolder();
    await expect(VirtualDrive.open(folder)).rejects.toThrow(DeviceNotFoundError);
    expect(await readdir(folder)).toEqual([]);
  });

  it('with anything in them are refused for a new drive', async () => {
    const folder = await newDriveFolder();
    await expect(createVirtualDrive(folder)).rejects.toMatchObject({ code: 'LTO_INVALID_ARGUMENT' });
  });
});

describe("a cartridge that can't be read", () => {
  it.each(['memory.json', 'partition-0.tap'])(
    'for want of %s is an error of the medium, and frees the drive',
    async (file) => {
      const folder = await newDriveFolder({ cartridge: { barcode: 'T00001L8' } });
      await rm(join(folder, 'cartridges', 'T00001L8', file));
      for (let attempt = 0; attempt < 2; attempt++) {
        await expect(VirtualDrive.open(folder)).rejects.toMatchObject({ code: 'LTO_MEDIUM_ERROR' });
      }
    },
  );
});

describe('power', () => {
  it('is taken for cut when the image is shorter than the position', async () => {
    const folder = await newDriveFolder({ cartridge: { barcode: 'T00001L8' } });
    const drive = await openDrive(folder);
    await send(drive, testUnitReady());
    for (let record = 0; record < 2; record++) await send(drive, write6({ data: pattern(10, record) }));
    await drive.close();
    await truncate(join(folder, 'cartridges', 'T00001L8', 'partition-0.tap'), 18);
    const again = await openDrive(folder);
    expect(await outcome(send(again, testUnitReady()))).toBe('6/29/00');
    expect(await where(again)).toEqual([0, 0]);
  });

  it('off and on loses the position, and is told once; closing in order loses nothing', async () => {
    const folder = await newDriveFolder();
    const first = await openDrive(folder);
    expect(await outcome(send(first, testUnitReady()))).toBe('6/29/00');
    expect(await outcome(send(first, testUnitReady()))).toBe('good');
    await send(first, write6({ data: pattern(10, 1) }));
    await first.close();
    await expect(send(first, testUnitReady())).rejects.toMatchObject({ code: 'LTO_DRIVE_CLOSED' });
    const second = await openDrive(folder);
    expect(await outcome(send(second, testUnitReady()))).toBe('good');
    expect(await where(second)).toEqual([1, 0]);
  });
});
