import { afterAll, beforeAll, expect, it } from 'vitest';
import { TapeDrive } from '../../../src/tape/tape-drive.js';

// The emulated drives of the lab lack most pages: what is absent must come out as undefined, never as an error.

let drive: TapeDrive;

beforeAll(async () => {
  drive = await TapeDrive.open('/dev/nst0');
});

afterAll(() => drive.close());

it('tells what there is, and leaves out the rest', async () => {
  await drive.waitUntilReady({ timeoutMs: 10_000 });
  const capacity = await drive.capacity();
  expect(capacity.partitions.length).toBeGreaterThan(0);
  expect((await drive.mediumFormat()).guess).toBe(false);
  expect((await drive.health()).verdict).toBe('good');
  expect((await drive.settings()).blockLength).toBe(0);
  expect((await drive.blockLimits())?.maximumBlockLength).toBeGreaterThanOrEqual(0x4_0000);
  expect((await drive.requestSense())?.key).toBe(0);
});

it('answers or leaves out every report', async () => {
  await drive.alerts();
  await drive.densities();
  await drive.timestamp();
  await drive.supportedCommands();
  await drive.reservations();
});
