import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodeSerialNumber } from '../../src/scsi/vpd.js';
import { listDrives } from '../../src/tape/list-drives.js';
import { temporaryFolder } from '../virtual/support.js';

// One drive, and who holds it, is tested in the kernel lab; here is what that has not: several drives, by-id links.

async function addDrive(root: string, number: number, serial?: string): Promise<void> {
  const folder = join(root, `sys/devices/target${number}`);
  await mkdir(join(folder, `scsi_generic/sg${number + 3}`), { recursive: true });
  for (const node of [`st${number}`, `nst${number}`, `nst${number}l`]) {
    await mkdir(join(folder, 'scsi_tape', node), { recursive: true });
    await symlink('../..', join(folder, 'scsi_tape', node, 'device'));
    await symlink(`../../devices/target${number}/scsi_tape/${node}`, join(root, 'sys/class/scsi_tape', node));
  }
  await writeFile(join(folder, 'vendor'), 'ACME    \n');
  await writeFile(join(folder, 'model'), `DRIVE ${number}         \n`);
  await writeFile(join(folder, 'rev'), 'A1B2\n');
  if (serial !== undefined) await writeFile(join(folder, 'vpd_pg80'), encodeSerialNumber(serial));
}

it('lists drives in order, with their pairs, names and holders', async () => {
  const root = await temporaryFolder();
  for (const folder of ['sys/class/scsi_tape', 'dev/tape/by-id', 'proc/77/fd', 'proc/self']) {
    await mkdir(join(root, folder), { recursive: true });
  }
  for (const number of [10, 2]) await addDrive(root, number, number === 2 ? 'SERIAL2' : undefined);
  await symlink('../../nst2', join(root, 'dev/tape/by-id/scsi-SERIAL2-nst'));
  await symlink('../../st2', join(root, 'dev/tape/by-id/scsi-SERIAL2'));
  await symlink('/dev/st10', join(root, 'proc/77/fd/5'));
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
