import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createVirtualDrive, TapeDrive } from '../../src/index.js';
import { collect, testData } from '../conformance/conformance.js';
import { RUN_TIMEOUT, testDevice } from './support.js';

// `npm run test:device` as a user runs it, on a virtual drive that holds a file.

const BARCODE = 'SPARE1L8';
const CONTENT = testData(100_000);

let folder = '';
let device = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'node-lto-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  device = `virtual:${folder}`;
  await createVirtualDrive(folder, { cartridge: { barcode: BARCODE, capacityBytes: 64 * 2 ** 20 } });
  await using drive = await TapeDrive.open(device);
  await drive.rewind();
  await drive.writeFile([CONTENT], { position: 'overwrite' });
});

/** Everything that is recorded on the cartridge, byte for byte. */
async function recorded(): Promise<string[]> {
  const cartridge = join(folder, 'cartridges', BARCODE);
  const images = (await readdir(cartridge)).filter((name) => name.endsWith('.tap'));
  expect(images.length).toBeGreaterThan(0);
  return Promise.all(images.map((name) => readFile(join(cartridge, name), 'base64')));
}

describe('npm run test:device', { timeout: RUN_TIMEOUT }, () => {
  it('asks, and leaves the tape as it was', async () => {
    const before = await recorded();
    const { status, said } = await testDevice(device, '--profile', 'virtual');
    expect(status, said).toBe(0);
    expect(said).toMatch(/^drive +NODE-LTO VIRTUAL LTO-8/m);
    expect(said).toMatch(new RegExp(`^cartridge +barcode ${BARCODE}, serial number \\S+`, 'm'));
    expect(said).toMatch(/^mam-lists +passed 1$/m);
    expect(said).toMatch(/^erase +not run$/m);
    expect(said).toContain('what overwrites the cartridge was left out');
    expect(await recorded()).toEqual(before);
  });

  it('moves the tape when told to, and writes nothing', async () => {
    const before = await recorded();
    const { status, said } = await testDevice(device, '--move', '--profile', 'virtual', 'motion');
    expect(status, said).toBe(0);
    expect(said).toMatch(/^locate +passed 1$/m);
    expect(await recorded()).toEqual(before);
  });

  it('refuses to overwrite any cartridge but the one that is named', async () => {
    const before = await recorded();
    const { status, said } = await testDevice(device, '--destructive', 'OTHER1L8', 'position');
    expect(status).toBe(1);
    expect(said).toContain('the cartridge in the drive is not "OTHER1L8"');
    expect(said).toContain(`barcode ${BARCODE}`);
    expect(await recorded()).toEqual(before);
  });

  it('overwrites the one that is named', async () => {
    const { status, said } = await testDevice(
      device,
      '--destructive',
      BARCODE,
      '--profile',
      'virtual',
      'position',
      'memory',
    );
    expect(status, said).toBe(0);
    expect(said).toMatch(new RegExp(`^WRITES +everything on "${BARCODE}" will be lost`, 'm'));
    expect(said).toMatch(/^erase +passed 2$/m);
    await using drive = await TapeDrive.open(device);
    await drive.rewind();
    expect((await collect(drive.createReadStream())).equals(CONTENT)).toBe(false);
  });

  it('says what is missing', async () => {
    expect(await testDevice('')).toMatchObject({ status: 2, said: expect.stringContaining('which drive?') });
    expect(await testDevice(device, '--destructive', '')).toMatchObject({ status: 2 });
    const wrong = await testDevice(device, '--profile', 'nonesuch', 'position');
    expect(wrong).toMatchObject({ status: 1, said: expect.stringContaining('there is no profile "nonesuch"') });
  });
});
