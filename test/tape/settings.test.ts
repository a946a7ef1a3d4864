import { describe, expect, it } from 'vitest';
import { sendModePage } from '../../src/device/mode-pages.js';
import { IllegalRequestError, InvalidArgumentError, VerificationError } from '../../src/errors/index.js';
import { encodeModePage } from '../../src/scsi/mode/page.js';
import { CONTROL_DATA_PROTECTION } from '../../src/scsi/mode/pages.js';
import { changeSettings, readSettings } from '../../src/tape/reports/settings.js';
import { newPort, newTapeDrive, UNSUPPORTED } from './drives.js';

describe('settings', () => {
  it('change what they are told to, and nothing else', async () => {
    const drive = await newTapeDrive();
    const before = await drive.settings();
    expect(before).toMatchObject({ compression: true, programmableEarlyWarningMegabytes: 0, buffered: true });
    expect(await drive.configure({ compression: false })).toEqual({ ...before, compression: false });
    expect(await drive.configure({ programmableEarlyWarningMegabytes: 100 })).toEqual({
      ...before,
      compression: false,
      programmableEarlyWarningMegabytes: 100,
    });
    expect(await drive.configure({})).toEqual(await drive.settings());
  });

  it('tell protection that another program has left on, and switch it off, but not on', async () => {
    const { port } = await newPort();
    const page = { method: 2, informationLength: 4, onWrite: true, onRead: true };
    await sendModePage(port, CONTROL_DATA_PROTECTION, () => encodeModePage(CONTROL_DATA_PROTECTION, page));
    expect(await readSettings(port)).toMatchObject({ protection: 'crc32c' });
    for (const protection of ['crc32c', 'auto', null, 0, '']) {
      await expect(changeSettings(port, { protection } as never)).rejects.toBeInstanceOf(InvalidArgumentError);
    }
    expect(await changeSettings(port, { compression: true })).toMatchObject({ protection: 'crc32c' });
    expect(await changeSettings(port, { protection: 'off' })).toMatchObject({ protection: 'off' });
    expect(await changeSettings(port, { protection: 'off' })).toMatchObject({ protection: 'off' });
  });

  it('are refused where the drive does not allow them', async () => {
    const { port, drive } = await newPort();
    drive.faults = [{ command: 'MODE SELECT(10)', outcome: { sense: { key: 5, asc: 0x26, ascq: 0 } } }];
    await expect(changeSettings(port, { appendOnly: true })).rejects.toBeInstanceOf(IllegalRequestError);
    await expect(changeSettings(port, { programmableEarlyWarningMegabytes: 70_000 })).rejects.toBeInstanceOf(
      InvalidArgumentError,
    );
  });

  it('keep what is recorded, and let it go again', async () => {
    const drive = await newTapeDrive();
    expect(await drive.configure({ appendOnly: true })).toMatchObject({ appendOnly: true });
    expect(await drive.configure({ appendOnly: false })).toMatchObject({ appendOnly: false });
  });

  it('are an error when the drive says yes and does not do it', async () => {
    const { port, drive } = await newPort();
    drive.faults = [{ command: 'MODE SELECT(10)', outcome: { sense: { key: 1, asc: 0x37, ascq: 0 } } }];
    await expect(changeSettings(port, { compression: false })).rejects.toBeInstanceOf(VerificationError);
  });

  it('are undefined where the drive does not tell', async () => {
    const { port, drive } = await newPort();
    drive.faults = [{ command: 'MODE SENSE(10)', outcome: UNSUPPORTED }];
    expect(Object.values(await readSettings(port)).filter((value) => value !== undefined)).toEqual([]);
  });

  it('tell of WORM', async () => {
    expect((await (await newTapeDrive({ cartridge: { worm: true } })).settings()).worm).toBe(true);
  });
});
