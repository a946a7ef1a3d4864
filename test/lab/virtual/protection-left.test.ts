import { beforeAll, expect, it } from 'vitest';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { command, shell } from '../command.js';
import { ltoDone } from '../lto.js';
import { DEVICE, LIBRARY, left, queryNodeOf, RECORD, WAYS } from './left.js';
import { freshCartridge, recorded } from './served.js';

// Processes that leave a drive protected, each by another way out: sg_modes looks at the page afterwards, and dd reads.

let queryNode = '';

beforeAll(async () => {
  queryNode = await queryNodeOf();
});

/** The method that the page names, as sg_modes reads it. */
async function methodBySgModes(): Promise<number | undefined> {
  const said = await shell(`sg_modes --page=0x0a,0xf0 --raw ${queryNode} | od -An -v -tx1`);
  const bytes = [...said.matchAll(/\b[0-9a-f]{2}\b/g)].map(([byte]) => Number.parseInt(byte, 16));
  return bytes[bytes.findIndex((byte, i) => (byte & 0x7f) === 0x4a && bytes[i + 1] === 0xf0) + 4];
}

/** What is on tape holds no record with four bytes more, and dd reads the first file. */
async function expectPlainRecords(barcode: string): Promise<void> {
  const objects = await recorded(barcode);
  const first = objects.slice(0, 4);
  expect(first).toEqual(Array(4).fill(Buffer.alloc(RECORD, 1)));
  for (const object of objects) if (object !== 'filemark') expect(object.length).toBe(RECORD);
  const read = await shell(`mt -f ${DEVICE} rewind; dd if=${DEVICE} bs=${RECORD + 4} 2>/dev/null | cksum`);
  const expected = await shell(`head -c ${4 * RECORD} /dev/zero | tr '\\0' '\\1' | cksum`);
  expect(read).toBe(expected);
}

it.each(WAYS)(
  '%s %s: the drive protects no longer, and the process ends as it would have',
  async (way, signal, how) => {
    const barcode = await freshCartridge();
    expect(await left(['protection'], way, signal)).toMatchObject(how);
    expect(await methodBySgModes()).toBe(0);
    await expectPlainRecords(barcode);
  },
);

it.each(['a protected file', 'a plain file', 'lto unprotect'] as const)(
  'SIGKILL leaves it on: the next handle tells, and %s switches it off',
  async (mend) => {
    const barcode = await freshCartridge();
    expect(await left(['protection'], 'signal', 'SIGKILL')).toMatchObject({ by: 'SIGKILL' });
    expect(await methodBySgModes()).toBe(2);
    if (mend === 'lto unprotect') {
      await ltoDone(['unprotect']);
    } else {
      const drive = await TapeDrive.open(DEVICE);
      expect(await drive.settings()).toMatchObject({ protection: 'crc32c' });
      await drive.rewind();
      const protection = mend === 'a plain file' ? 'off' : 'crc32c';
      await drive.verifyFile({ fileNumber: 0, protection });
      await drive.close();
    }
    expect(await methodBySgModes()).toBe(0);
    await expectPlainRecords(barcode);
  },
);

it('a program that closes its drive has nothing sent when it ends', async () => {
  await freshCartridge();
  const code = `
    const { TapeDrive } = await import(process.argv[1]);
    const drive = await TapeDrive.open('${DEVICE}', { protection: 'crc32c' });
    await drive.rewind();
    await drive.writeFile(['text'], { position: 'overwrite' });
    await drive.close();
    const { execFileSync } = await import('node:child_process');
    const page = '--contents=4a,f0,00,1c,02,04,c0' + ',00'.repeat(25);
    try { execFileSync('sg_turs', ['${queryNode}']); } catch {}
    execFileSync('sg_wr_mode', ['--page=0x0a,0xf0', '--force', page, '${queryNode}']);
    process.exit(0);`;
  await command(process.execPath, '--input-type=module', '-e', code, LIBRARY);
  expect(await methodBySgModes()).toBe(2);
  await ltoDone(['unprotect']);
});
