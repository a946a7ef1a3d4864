import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LtoProvider } from '../../../src/provider/provider.js';
import { describeLogPage } from '../../../src/scsi/log/describe.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { requireCapture } from '../../../src/virtual/capture/capture.js';
import { createVirtualDrive } from '../../../src/virtual/index.js';
import { temporaryFolder } from '../../virtual/support.js';

// Every capture that is put into the folder becomes a drive; whatever the library reads of a drive has to work on it.

const FOLDER = fileURLToPath(new URL('../../fixtures/captures/', import.meta.url));
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

async function deviceOf(file: string): Promise<string> {
  const capture = requireCapture(JSON.parse(await readFile(join(FOLDER, file), 'utf8')));
  const folder = join(await temporaryFolder(), 'captured');
  await createVirtualDrive(folder, { capture });
  return `virtual:${folder}`;
}

it('there is one', () => {
  expect(FILES).toContain('virtual-lto6.json');
});

describe.each(FILES)('%s', (file) => {
  it('is read as a drive is', async () => {
    const drive = await TapeDrive.open(await deviceOf(file));
    onTestFinished(() => drive.close());
    expect((await drive.identity()).product).toMatch(/\S/);
    expect(await drive.health()).toMatchObject({ verdict: expect.stringMatching(/good|attention|bad/) });
    const reports = [
      ...[drive.settings(), drive.mediumFormat(), drive.mam(), drive.capacity(), drive.blockLimits()],
      ...[drive.densities(), drive.timestamp(), drive.supportedCommands(), drive.alerts(), drive.writeRights()],
      ...[drive.attributeLists(), drive.partitions()],
    ];
    for (const report of await Promise.all(reports)) if (report !== undefined) JSON.stringify(report);
    for (const { page, subpage } of (await drive.logPages()) ?? []) {
      const found = await drive.logPage(page, subpage);
      if (found !== undefined) expect(describeLogPage(found)).toBeDefined();
    }
  });

  it('is shown by a provider', async () => {
    await using provider = new LtoProvider({ devicePath: await deviceOf(file) });
    const { online, drive } = await provider.getLiveInfo({ force: true });
    expect(online).toBe(true);
    expect(drive?.model).toMatch(/\S/);
    await provider.getMamInfo({ force: true });
    await provider.getUtilization();
    await provider.isWriteProtected();
    await provider.health();
  });
});
