import { expect, it, onTestFinished } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import { hasStatus } from '../../src/transport/mtio.js';
import { newDriveFolder } from '../virtual/support.js';

const ATTENTION = { sense: { key: 6, asc: 0x2a, ascq: 1 } };

it.each([
  [8, true],
  [9, false],
])('opening the node asks past %i unit attentions in a row: %s', async (times, online) => {
  const folder = await newDriveFolder();
  const transport = await VirtualTransport.open({ device: `virtual:${folder}`, folder });
  onTestFinished(() => transport.close());
  transport.drive.faults = [{ command: 'TEST UNIT READY', outcome: ATTENTION, times }];
  await transport.reopen();
  const { generalStatus } = await transport.status();
  expect(hasStatus(generalStatus, 'ONLINE')).toBe(online);
  expect(hasStatus(generalStatus, 'DR_OPEN')).toBe(!online);
});
