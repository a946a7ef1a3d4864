import { expect, it } from 'vitest';
import { readLabel, writeLabel } from '../../../src/provider/label/label.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { RUN_TIMEOUT, testDevice } from '../../device/support.js';

// A drive without cartridge memory: the label is all that a cartridge is known by, and tests overwrite it.

const DEVICE = '/dev/nst0';
const NAME = 'LAB001L8';

async function label(): Promise<string> {
  await using drive = await TapeDrive.open(DEVICE);
  await drive.rewind();
  return await readLabel(drive);
}

it('npm run test:device overwrites the cartridge that has the label, and labels it again', {
  timeout: RUN_TIMEOUT,
}, async () => {
  {
    await using drive = await TapeDrive.open(DEVICE);
    await writeLabel(drive, NAME, { overwrite: true });
  }
  const other = await testDevice(DEVICE, '--destructive', 'LAB009L8', '--profile', 'tgt', 'position');
  expect(other).toMatchObject({ status: 1, said: expect.stringContaining(`label ${NAME}`) });
  expect(await label()).toBe(NAME);
  const { status, said } = await testDevice(DEVICE, '--destructive', NAME, '--profile', 'tgt', 'position');
  expect(status, said).toBe(0);
  expect(said).toMatch(/^erase +lacking$/m);
  expect(await label()).toBe(NAME);
});
