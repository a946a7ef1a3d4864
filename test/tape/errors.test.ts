import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  DeviceNotFoundError,
  DriveBusyError,
  DriveClosedError,
  EndOfDataError,
  InvalidArgumentError,
  NoMediumError,
  NotATapeDriveError,
  RecordTooLargeError,
  WriteProtectedError,
} from '../../src/errors/index.js';
import { writeLabel } from '../../src/provider/label/label.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { collect, testData } from '../conformance/conformance.js';
import { expectRefusal } from '../support/refusals.js';
import { newDriveFolder, temporaryFolder } from '../virtual/support.js';
import { newTapeDrive } from './drives.js';

const RECORD = 64 * 1024;

async function expectNothingWritten(drive: TapeDrive): Promise<void> {
  await drive.rewind();
  expect(await drive.spaceToEndOfData()).toEqual({ end: 'blank', fileNumber: 0 });
}

describe('a device that is none', () => {
  it('has no such name', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'file');
    await writeFile(file, '');
    for (const [device, errno] of [
      ['/dev/nst99', 'ENOENT'],
      [join(file, 'nst0'), 'ENOTDIR'],
    ] as const) {
      await expectRefusal(TapeDrive.open(device), DeviceNotFoundError, { device, errno, next: /\/dev\/tape\/by-id/ });
    }
    await expect(TapeDrive.open('')).rejects.toBeInstanceOf(InvalidArgumentError);
  });

  it('is something else than a tape', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'file');
    await writeFile(file, 'a file');
    for (const device of [file, folder, '/dev/null', '/dev/tty']) {
      await expectRefusal(TapeDrive.open(device), NotATapeDriveError, { device, next: /\/dev\/nst0/ });
    }
  });

  it('is a folder without a virtual drive, or the name of none', async () => {
    const folder = await temporaryFolder();
    for (const path of [folder, join(folder, 'missing')]) {
      const device = `virtual:${path}`;
      await expect(TapeDrive.open(device)).rejects.toMatchObject({ code: 'LTO_DEVICE_NOT_FOUND', device });
    }
    const device = 'virtual:';
    await expectRefusal(TapeDrive.open(device), InvalidArgumentError, { device, next: /virtual:<folder>/ });
  });
});

describe('a drive that somebody has', () => {
  it('names the process', async () => {
    const device = `virtual:${await newDriveFolder()}`;
    const first = await TapeDrive.open(device);
    const error = await expectRefusal(TapeDrive.open(device), DriveBusyError, { device, next: /Close it/ });
    expect(error.holder).toBe(process.pid);
    await first.close();
    await (await TapeDrive.open(device)).close();
  });

  it('refuses everything once it is closed', async () => {
    const drive = await newTapeDrive();
    const { device } = drive;
    await drive.close();
    const attempts = [
      () => drive.identity(),
      () => drive.status(),
      () => drive.rewind(),
      () => drive.writeFilemarks(),
      () => drive.mam(),
      () => drive.writeFile([testData(10)]),
      async () => drive.createReadStream(),
    ];
    for (const attempt of attempts) {
      await expectRefusal(attempt(), DriveClosedError, { device, next: /Open it again/ });
    }
  });
});

describe('a cartridge that is not there', () => {
  /** What needs a cartridge, and what says that there is none: the drive or its driver. */
  async function expectNoMedium(drive: TapeDrive, ascq: number): Promise<void> {
    const { device } = drive;
    const sense = ascq === 0 ? ([0x2, 0x3a, 0x00] as const) : ([0x2, 0x04, ascq] as const);
    const next = /[Ii]nsert|[Ll]oad/;
    await expectRefusal(drive.writeFile([testData(RECORD)]), NoMediumError, { device, sense, next });
    await expectRefusal(collect(drive.createReadStream()), NoMediumError, { device, sense, next });
    await expectRefusal(writeLabel(drive, 'NONE01L8'), NoMediumError, { device, sense, next });
    await expect(drive.writeFilemarks()).rejects.toMatchObject({ code: 'LTO_NO_MEDIUM', device });
    for (const motion of [() => drive.rewind(), () => drive.spaceFiles(1)]) {
      await expectRefusal(motion(), NoMediumError, { device, errno: 'ENOMEDIUM', next });
    }
  }

  it('in an empty drive', async () => {
    const drive = await newTapeDrive({ cartridge: false });
    expect(await drive.readiness()).toMatchObject({ state: 'no-medium' });
    await expectNoMedium(drive, 0);
  });

  it('after it was unloaded, until it is loaded again', async () => {
    const drive = await newTapeDrive();
    await drive.unload();
    await expectNoMedium(drive, 2);
    await drive.load();
    expect(await drive.writeFile([testData(RECORD)])).toMatchObject({ fileNumber: 0 });
  });

  it('after it was put out', async () => {
    const drive = await newTapeDrive();
    await drive.writeFile([testData(RECORD)]);
    await drive.eject();
    expect((await drive.readiness()).state).not.toBe('ready');
    await expect(drive.writeFile([testData(RECORD)])).rejects.toBeInstanceOf(NoMediumError);
  });
});

describe('a cartridge that must not be written', () => {
  it('is read, and neither written, marked, erased nor labelled', async () => {
    const drive = await newTapeDrive({ cartridge: { writeProtected: true } });
    const { device } = drive;
    const next = /switch|another/;
    expect(await drive.status()).toMatchObject({ writeProtected: true });
    const attempts = [
      () => drive.writeFile([testData(RECORD)]),
      () => writeLabel(drive, 'PROT01L8'),
      () => drive.writeFilemarks(),
      () => drive.erase(),
      () => drive.formatMedium({ confirm: 'erase everything' }),
    ];
    for (const attempt of attempts) {
      const error = await expectRefusal(attempt(), WriteProtectedError, { device, next });
      expect(error).toMatchObject({ reason: 'switch', reasons: ['switch'] });
    }
    await expect(collect(drive.createReadStream())).rejects.toBeInstanceOf(EndOfDataError);
    await expectNothingWritten(drive);
  });

  it('since the drive was opened for reading only', async () => {
    const device = `virtual:${await newDriveFolder()}`;
    const drive = await TapeDrive.open(device);
    await drive.writeFile([testData(RECORD)]);
    await drive.close();
    await using reading = await TapeDrive.open(device, { readOnly: true });
    await reading.rewind();
    const next = /switch|another|reading/;
    const attempts = [
      () => reading.writeFile([testData(RECORD, 2)], { position: 'overwrite' }),
      () => reading.writeFilemarks(),
    ];
    for (const attempt of attempts) {
      const error = await attempt().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({ code: 'LTO_WRITE_PROTECTED', device, next: expect.stringMatching(next) });
    }
    expect(await collect(reading.createReadStream({ fileNumber: 0 }))).toEqual(testData(RECORD));
  });
});

describe('an argument that can never be right', () => {
  it('never reaches the tape', async () => {
    const drive = await newTapeDrive();
    const { device } = drive;
    const next = /./;
    for (const recordSize of [0, -512, 1000, 0.5, Number.POSITIVE_INFINITY]) {
      const attempt = drive.writeFile([testData(10)], { recordSize });
      await expectRefusal(attempt, InvalidArgumentError, { device, next: /multiple of 512/ });
    }
    const recordSize = 2 ** 24 - 512;
    const tooLarge = drive.writeFile([testData(10)], { recordSize, bufferBytes: recordSize });
    await expectRefusal(tooLarge, InvalidArgumentError, { device, next: /another record size/ });
    for (const count of [1.5, Number.NaN, 2 ** 31]) {
      await expectRefusal(drive.spaceFiles(count), InvalidArgumentError, { device, next: /whole number/ });
    }
    for (const fileNumber of [-1, 0.5, 2 ** 40]) {
      await expectRefusal(drive.locateFile(fileNumber), InvalidArgumentError, { device, next });
      await expectRefusal(drive.verifyFile({ fileNumber }), InvalidArgumentError, { device, next });
    }
    await expectNothingWritten(drive);
  });

  it('is a record that is smaller than those on the tape', async () => {
    const drive = await newTapeDrive();
    const { device } = drive;
    await drive.writeFile([testData(2 * RECORD)], { recordSize: RECORD });
    const reading = collect(drive.createReadStream({ fileNumber: 0, maxRecordSize: RECORD / 2 }));
    const next = /larger `maxRecordSize`/;
    const error = await expectRefusal(reading, RecordTooLargeError, { device, next });
    expect(error.offered).toBe(RECORD / 2);
    expect(await collect(drive.createReadStream())).toEqual(testData(2 * RECORD));
  });
});

describe('what is not there', () => {
  it('is told when it is read, also by name', async () => {
    const drive = await newTapeDrive();
    const { device } = drive;
    await drive.writeFile([testData(RECORD)]);
    await expectRefusal(collect(drive.createReadStream()), EndOfDataError, { device, next: /./ });
    const far = collect(drive.createReadStream({ fileNumber: 5 }));
    await expectRefusal(far, EndOfDataError, { device, next: /./ });
    await expectRefusal(drive.spaceFiles(3), EndOfDataError, { device, errno: 'EIO', next: /nothing/i });
  });
});

describe('an operation that was aborted before it began', () => {
  it('fails with the reason of the caller, and moves nothing', async () => {
    const drive = await newTapeDrive();
    await drive.rewind();
    const reason = new Error('changed my mind');
    const signal = AbortSignal.abort(reason);
    await expect(drive.writeFile([testData(RECORD)], { signal })).rejects.toBe(reason);
    await expect(drive.verifyFile({ fileNumber: 0, signal })).rejects.toBe(reason);
    await expect(collect(drive.createReadStream({ signal }))).rejects.toBe(reason);
    for (const motion of [drive.writeFilemarks(1, { signal }), drive.rewind({ signal }), drive.locate(3, { signal })]) {
      await expect(motion).rejects.toBe(reason);
    }
    await expectNothingWritten(drive);
  });
});
