import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../scripts/test-device.mjs', import.meta.url));

/** How long a run may take: it starts vitest. */
export const RUN_TIMEOUT = 180_000;

/** Exit status and output of `npm run test:device` on a device. */
export async function testDevice(
  device: string,
  ...args: readonly string[]
): Promise<{ readonly status: number; readonly said: string }> {
  const { LTO_LAB_DRIVE: _drive, LTO_LAB_SUITE: _suite, ...environment } = process.env;
  const env = { ...environment, LTO_TEST_DEVICE: device, NO_COLOR: '1', FORCE_COLOR: '0' };
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT, ...args], { env, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : Number(error.code ?? -1);
      resolve({ status, said: stdout + stderr });
    });
  });
}
