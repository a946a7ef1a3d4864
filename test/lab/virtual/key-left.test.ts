import { beforeAll, expect, it } from 'vitest';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { envelopeKind } from '../../../src/virtual/cartridge/block-envelope.js';
import { collect } from '../../conformance/conformance.js';
import { newKey } from '../../support/keys.js';
import { command } from '../command.js';
import { DEVICE, LIBRARY, left, queryNodeOf, RECORD, WAYS } from './left.js';
import { freshCartridge, recorded } from './served.js';

// Processes that leave a key in the drive, each by another way out: stenc looks at the drive afterwards, and what was
// recorded is looked at in the cartridge's image.

let queryNode = '';

beforeAll(async () => {
  queryNode = await queryNodeOf();
});

/** What the drive does with what is written, as stenc reads it. */
async function encryptionByStenc(): Promise<string | undefined> {
  return /Drive Encryption: +(?<mode>\w+)/.exec(await command('stenc', '-f', queryNode))?.groups?.mode;
}

async function takeKeyOut(): Promise<void> {
  await command('stenc', '-f', queryNode, '-e', 'off', '-a', '1');
}

/** No record left the host after the key had left the drive. */
async function expectEncrypted(barcode: string): Promise<void> {
  const objects = await recorded(barcode);
  expect(objects.length).toBeGreaterThanOrEqual(4);
  for (const object of objects) if (object !== 'filemark') expect(envelopeKind(object)).toBe('encrypted');
}

it.each(WAYS)('%s %s: the key is out of the drive, and no record is plain', async (way, signal, how) => {
  const barcode = await freshCartridge();
  expect(await left(['encryption'], way, signal)).toMatchObject(how);
  expect(await encryptionByStenc()).toBe('off');
  await expectEncrypted(barcode);
});

it.each(['exit', 'throw'] as const)('%s: protection and key are both taken back', async (way) => {
  const barcode = await freshCartridge();
  await left(['protection', 'encryption'], way);
  expect(await encryptionByStenc()).toBe('off');
  await expectEncrypted(barcode);
  const drive = await TapeDrive.open(DEVICE);
  try {
    expect(await drive.settings()).toMatchObject({ protection: 'off' });
    await drive.rewind();
    await drive.encryption.enable({ key: Buffer.alloc(32, 7), keyId: 'left' });
    expect(await collect(drive.createReadStream({ fileNumber: 0 }))).toEqual(Buffer.alloc(4 * RECORD, 1));
  } finally {
    await drive.close();
  }
});

it('a key that is to stay stays', async () => {
  await freshCartridge();
  expect(await left(['kept'], 'exit')).toMatchObject({ code: 0 });
  expect(await encryptionByStenc()).toBe('mixed');
  await takeKeyOut();
  expect(await encryptionByStenc()).toBe('off');
});

it('SIGKILL leaves the key in the drive', async () => {
  await freshCartridge();
  expect(await left(['encryption'], 'signal', 'SIGKILL')).toMatchObject({ by: 'SIGKILL' });
  expect(await encryptionByStenc()).toBe('mixed');
  await takeKeyOut();
  expect(await encryptionByStenc()).toBe('off');
});

it.each(['close', 'disable', 'eject'] as const)('after %s() nothing is sent when the process ends', async (way) => {
  await freshCartridge();
  const other = newKey().export().toString('hex');
  const code = `
    const { TapeDrive } = await import(process.argv[1]);
    const { writeFileSync } = await import('node:fs');
    const { execFileSync } = await import('node:child_process');
    const drive = await TapeDrive.open('${DEVICE}');
    await drive.rewind();
    await drive.encryption.enable({ key: Buffer.alloc(32, 7), keyId: 'left' });
    await drive.writeFile(['text'], { position: 'overwrite' });
    if ('${way}' === 'close') await drive.close();
    if ('${way}' === 'disable') await drive.encryption.disable();
    if ('${way}' === 'eject') { await drive.eject(); await drive.load(); }
    // A key of somebody else's.
    const key = process.env.TMPDIR + '/left.key';
    writeFileSync(key, '${other}\\nother', { mode: 0o600 });
    for (let i = 0; i < 3; i += 1) try { execFileSync('sg_turs', ['${queryNode}']); } catch {}
    execFileSync('stenc', ['-f', '${queryNode}', '-e', 'mixed', '-k', key, '-a', '1']);
    process.exit(0);`;
  await command(process.execPath, '--input-type=module', '-e', code, LIBRARY);
  expect(await encryptionByStenc()).toBe('mixed');
  await takeKeyOut();
});
