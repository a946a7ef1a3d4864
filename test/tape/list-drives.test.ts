import { expect, it } from 'vitest';
import { listDrives } from '../../src/tape/open/list-drives.js';
import { machineWithDrives } from '../support/machine.js';
import { temporaryFolder } from '../virtual/support.js';

// One drive, and who holds it, is tested in the kernel lab; here is what that has not: several drives, by-id links.

it('lists drives in order, with their pairs, names and holders', async () => {
  const root = await machineWithDrives();
  const facts = { vendor: 'ACME', revision: 'A1B2' };
  expect(await listDrives({ root })).toEqual([
    {
      ...facts,
      device: '/dev/nst2',
      queryDevice: '/dev/sg5',
      product: 'DRIVE 2',
      serialNumber: 'SERIAL2',
      byId: ['/dev/tape/by-id/scsi-SERIAL2-nst'],
      holder: undefined,
    },
    {
      ...facts,
      device: '/dev/nst10',
      queryDevice: '/dev/sg13',
      product: 'DRIVE 10',
      serialNumber: undefined,
      byId: [],
      holder: 77,
    },
  ]);
});

it('lists nothing where there is no SCSI', async () => {
  expect(await listDrives({ root: await temporaryFolder() })).toEqual([]);
});
