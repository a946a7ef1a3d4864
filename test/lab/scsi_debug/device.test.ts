import { expect, it } from 'vitest';
import { RUN_TIMEOUT, testDevice } from '../../device/support.js';

it('npm run test:device overwrites no cartridge that nothing tells the name of', { timeout: RUN_TIMEOUT }, async () => {
  const { status, said } = await testDevice('/dev/nst0', '--destructive', 'LAB001L8', '--profile', 'scsi_debug');
  expect(status).toBe(1);
  expect(said).toContain('the cartridge in the drive is not "LAB001L8": nothing tells what it is');
});
