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

it('answers every report of a drive that has all, and leaves out what the others lack', async () => {
  const whole = (await drive.identity()).vendor === 'NODE-LTO';
  expect(await drive.alerts()).toEqual(whole ? { flags: [], source: 'log page 12' } : undefined);
  expect((await drive.densities())?.drive.map(({ densityName }) => densityName)).toEqual(
    whole ? expect.arrayContaining(['LTO-7', 'LTO-8']) : undefined,
  );
  expect((await drive.timestamp())?.milliseconds).toEqual(whole ? expect.any(Number) : undefined);
  expect(await drive.reservations()).toEqual(whole ? { keys: [], holder: undefined } : undefined);
  const codes = (await drive.supportedCommands())?.commands.map(({ operationCode }) => operationCode);
  // TEST UNIT READY, READ(6), WRITE(6) and INQUIRY: all of them list their commands.
  expect(codes).toEqual(expect.arrayContaining([0x00, 0x08, 0x0a, 0x12]));
});
