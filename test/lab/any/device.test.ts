import { expect, it } from 'vitest';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { RUN_TIMEOUT, testDevice } from '../../device/support.js';

const DEVICE = '/dev/nst0';
const PROFILE = process.env.LTO_LAB_DRIVE ?? '';

it('npm run test:device asks a drive of the kernel, whose tape stays where it is', {
  timeout: RUN_TIMEOUT,
}, async () => {
  {
    await using drive = await TapeDrive.open(DEVICE);
    await drive.rewind();
    await drive.writeFile([Buffer.alloc(4096), Buffer.alloc(4096)], { position: 'overwrite', recordSize: 4096 });
    await drive.rewind();
    await drive.spaceRecords(1);
  }
  const { status, said } = await testDevice(DEVICE, '--profile', PROFILE, 'queries');
  expect(status, said).toBe(0);
  expect(said).toMatch(/^base +passed \d+$/m);
  await using drive = await TapeDrive.open(DEVICE);
  expect(await drive.status()).toMatchObject({ fileNumber: 0, blockNumber: 1 });
});
