import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeSerialNumber } from '../../src/scsi/vpd/pages.js';
import { temporaryFolder } from '../virtual/support.js';

/** The root of a machine with the drives /dev/nst2, whose serial number is known, and /dev/nst10, which is open. */
export async function machineWithDrives(): Promise<string> {
  const root = await temporaryFolder();
  for (const folder of ['sys/class/scsi_tape', 'dev/tape/by-id', 'proc/77/fd', 'proc/self']) {
    await mkdir(join(root, folder), { recursive: true });
  }
  for (const number of [10, 2]) await addDrive(root, number, number === 2 ? 'SERIAL2' : undefined);
  await symlink('../../nst2', join(root, 'dev/tape/by-id/scsi-SERIAL2-nst'));
  await symlink('../../st2', join(root, 'dev/tape/by-id/scsi-SERIAL2'));
  await symlink('/dev/st10', join(root, 'proc/77/fd/5'));
  return root;
}

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
