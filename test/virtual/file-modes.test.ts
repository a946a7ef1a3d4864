import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { formatMedium } from '../../src/scsi/commands/transfer.js';
import { createVirtualDrive, VirtualDrive } from '../../src/virtual/index.js';
import { send, temporaryFolder } from './support.js';

async function modesIn(folder: string): Promise<Record<string, string>> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const modes = files.map(async ({ parentPath, name }) => {
    const { mode } = await stat(join(parentPath, name));
    return [name, (mode & 0o777).toString(8)] as const;
  });
  return Object.fromEntries(await Promise.all(modes));
}

it.each([0o000, 0o022, 0o277])(
  'what a cartridge holds is for its owner alone, whatever the umask (%o)',
  async (umask) => {
    const folder = join(await temporaryFolder(), 'drive');
    const before = process.umask(0o022);
    onTestFinished(() => {
      process.umask(before);
    });
    await createVirtualDrive(folder, { cartridge: false });
    const drive = await VirtualDrive.open(folder);
    process.umask(umask & 0o077);
    await drive.insert({ barcode: 'MODE01L8' });
    process.umask(umask);
    await send(drive, formatMedium());
    await drive.close();
    process.umask(before);
    expect(await modesIn(folder)).toEqual({
      'drive.json': '600',
      'memory.json': '600',
      'partition-0.tap': '600',
    });
  },
);
