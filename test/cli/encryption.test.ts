import { readFile, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { recordedOn } from '../support/recorded.js';
import { ltoCommand } from './support.js';

const lto = ltoCommand();
const KEYSTORE = ['--keystore', 'keystore.json', '--passphrase-file', 'passphrase'];

beforeEach(async () => {
  await writeFile(lto.path('passphrase'), 'correct horse battery staple\n', { mode: 0o600 });
  await writeFile(lto.path('data'), 'x'.repeat(100_000));
  await lto.document(['virtual', 'create', 'drive', '--barcode', 'TEST01L8']);
  await lto.document(['key', 'generate', 'offsite', ...KEYSTORE]);
});

describe('keys on the command line', () => {
  it('writes with a key, and finds it by itself to read and verify', async () => {
    const receipt = await lto.document(['write', 'data', '--key', 'offsite', ...KEYSTORE]);
    expect(receipt).toMatchObject({ fileNumber: 0, encryptionKeyId: 'offsite' });
    await lto.document(['write', 'data']);
    expect(await recordedOn(lto.path('drive'), 'TEST01L8')).toBe('E|P|');
    for (const file of ['0', '1']) {
      await lto.document(['verify', file, '--checksum', String(receipt.checksum), ...KEYSTORE]);
      await lto.document(['read', file, '-o', `again-${file}`, ...KEYSTORE]);
      expect(await readFile(lto.path(`again-${file}`), 'utf8')).toBe('x'.repeat(100_000));
    }
  });

  it('says which key is missing, with an exit code of its own', async () => {
    await lto.document(['write', 'data', '--key', 'offsite', ...KEYSTORE]);
    const none = await lto.run(['verify', '0', '--keystore', 'none.json']);
    expect(none).toMatchObject({ code: 14, stderr: expect.stringContaining('"offsite"') });
    await lto.document(['key', 'generate', 'other', '--keystore', 'other.json', '--passphrase-file', 'passphrase']);
    const other = await lto.run(['verify', '0', '--keystore', 'other.json', '--passphrase-file', 'passphrase']);
    expect(other).toMatchObject({ code: 14, stderr: expect.stringContaining('"offsite"') });
    expect((await lto.run(['write', 'data', '--key', 'nobody', ...KEYSTORE])).code).toBe(14);
    expect(await recordedOn(lto.path('drive'), 'TEST01L8')).toBe('E|');
  });

  it('tells what is set and what the tape needs', async () => {
    const before = await lto.document(['encryption', 'status']);
    expect(before).toMatchObject({ supported: true, encryption: 'off', controlledBy: 'host' });
    await lto.document(['write', 'data', '--key', 'offsite', ...KEYSTORE]);
    await lto.run(['rewind']);
    const { stdout } = await lto.run(['encryption', 'status']);
    expect(stdout.toString()).toMatch(/^next block +other key needed: encrypted with the key "offsite"$/m);
    expect(stdout.toString()).toMatch(/^algorithms +AES-256-GCM-128 \(index 1\)$/m);
    expect((await lto.run(['status'])).stdout.toString()).toMatch(/^encryption +off$/m);
    expect((await lto.run(['inspect'])).stdout.toString()).toMatch(/^encrypted data on the tape +yes$/m);
  });

  it('switches off, and sets no key in a drive that would forget it', async () => {
    expect(await lto.document(['encryption', 'off'])).toMatchObject({ encryption: 'off', decryption: 'off' });
    const on = await lto.run(['encryption', 'on', 'offsite', ...KEYSTORE]);
    expect(on).toMatchObject({ code: 2, stderr: expect.stringContaining('lto write --key') });
    expect((await lto.run(['encryption', 'on', 'offsite', '--mode', 'loud', ...KEYSTORE])).code).toBe(2);
  });
});
