import { open } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { listDrives } from '../../../src/tape/open/list-drives.js';

it('finds the drive of the lab in its own kernel, and who holds it', async () => {
  const [drive, ...others] = await listDrives();
  expect(others).toEqual([]);
  expect(drive).toMatchObject({ device: '/dev/nst0', queryDevice: expect.stringMatching(/^\/dev\/sg\d+$/) });
  expect(drive?.vendor).not.toBe('');
  expect(drive?.product).not.toBe('');
  expect(drive?.holder).toBeUndefined();
  const held = await open('/dev/nst0', 'r');
  try {
    expect((await listDrives())[0]?.holder).toBe(process.pid);
  } finally {
    await held.close();
  }
});
