import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { requireCapture } from '../../src/virtual/capture/capture.js';
import { createVirtualDrive } from '../../src/virtual/index.js';
import { ltoCommand } from './support.js';

const lto = ltoCommand();

it('lto capture keeps what the drive reports, and replaces no file', async () => {
  await createVirtualDrive(lto.path('drive'), { serial: 'HU1234567890', cartridge: { barcode: 'SECRET1L8' } });
  const { code, stdout } = await lto.run(['capture', '-o', lto.path('drive.json')]);
  expect(code).toBe(0);
  expect(stdout.toString()).toMatch(/drive\.json: \d+ replies/);
  const text = await readFile(lto.path('drive.json'), 'utf8');
  const { replies } = requireCapture(JSON.parse(text));
  const commands = new Set(replies.map(({ command }) => command));
  expect([...commands]).toEqual(expect.arrayContaining(['INQUIRY', 'LOG SENSE', 'MODE SENSE(10)', 'READ ATTRIBUTE']));
  expect(text).not.toContain(Buffer.from('SECRET1L8').toString('hex'));
  expect((await lto.run(['capture', '-o', lto.path('drive.json')])).code).toBe(2);
  expect(await lto.document(['capture'])).toMatchObject({ format: 'node-lto capture', version: 1 });
});
