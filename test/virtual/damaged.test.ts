import { execFile } from 'node:child_process';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LtoError, TransportError, WriteError } from '../../src/errors/index.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { FileStore } from '../../src/virtual/cartridge/image-store.js';
import { createVirtualDrive, VirtualDrive } from '../../src/virtual/index.js';
import { collect } from '../conformance/conformance.js';
import { newDriveFolder, temporaryFolder } from './support.js';

const run = promisify(execFile);

const DRIVE = 'drive.json';
const MEMORY = join('cartridges', 'HURT01L8', 'memory.json');
const IMAGE = join('cartridges', 'HURT01L8', 'partition-0.tap');

/** Rejects with a typed error that names what is damaged, or opens: nothing else. */
async function opens(file: string, content: string | Buffer): Promise<string> {
  const folder = await newDriveFolder({ cartridge: { barcode: 'HURT01L8' } });
  await writeFile(join(folder, file), content);
  try {
    await (await VirtualDrive.open(folder)).close();
    return 'opens';
  } catch (error) {
    expect(error).toBeInstanceOf(LtoError);
    return (error as LtoError).code;
  }
}

describe('a virtual drive whose files are damaged', () => {
  const rubbish = ['', 'null', '[]', '1', '{', '{}', '"text"', '\u0000'];
  it.each(rubbish)('drive.json of %j is told by a typed error', async (content) => {
    expect(await opens(DRIVE, content)).toBe('LTO_DEVICE_NOT_FOUND');
  });

  it.each(rubbish)('cartridge memory of %j is told by a typed error', async (content) => {
    expect(await opens(MEMORY, content)).toBe('LTO_MEDIUM_ERROR');
  });

  it.each([
    [DRIVE, 'identity', 'LTO_DEVICE_NOT_FOUND'],
    [DRIVE, 'settings', 'LTO_DEVICE_NOT_FOUND'],
    [DRIVE, 'memory', 'LTO_DEVICE_NOT_FOUND'],
    [MEMORY, 'medium', 'LTO_MEDIUM_ERROR'],
    [MEMORY, 'attributes', 'LTO_MEDIUM_ERROR'],
  ])('%s without its %s', async (file, part, code) => {
    const folder = await newDriveFolder({ cartridge: { barcode: 'HURT01L8' } });
    const whole = JSON.parse(await readFile(join(folder, file), 'utf8'));
    for (const value of [undefined, null, 7])
      expect(await opens(file, JSON.stringify({ ...whole, [part]: value }))).toBe(code);
  });

  it('an image of rubbish is read as far as it goes', async () => {
    expect(await opens(IMAGE, Buffer.alloc(100_000, 0x5a))).toBe('opens');
  });
});

it.runIf(process.platform === 'linux')('a full disk of the host is told as that, with its file', async () => {
  const store = new FileStore(await open('/dev/full', 'r+'), 'partition-0.tap');
  const error = await store.write([Buffer.alloc(4096)], 0).catch((thrown: unknown) => thrown);
  await store.close();
  expect(error).toBeInstanceOf(TransportError);
  expect(error).toMatchObject({
    errno: 'ENOSPC',
    message: expect.stringContaining('disk of this host is full, at partition-0.tap'),
  });
});

/** A disk of 2 MiB, where this process may mount one. */
async function smallDisk(): Promise<string | undefined> {
  const folder = await temporaryFolder();
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]).then(
    () => true,
    () => false,
  );
  if (!mounted) return undefined;
  onTestFinished(async () => void (await run('umount', ['--lazy', folder])));
  return folder;
}

it('a drive on a full disk is asked and read, and a write says what is full', async ({ skip }) => {
  const disk = await smallDisk();
  if (disk === undefined) return skip('no file system can be mounted here');
  const folder = join(disk, 'drive');
  await createVirtualDrive(folder, { cartridge: { barcode: 'FULL01L8' } });
  const before = await TapeDrive.open(`virtual:${folder}`);
  await before.writeFile([Buffer.alloc(1000, 7)]);
  await before.close();
  await writeFile(join(disk, 'rest'), Buffer.alloc(4 * 2 ** 20)).catch(() => undefined);
  const drive = await TapeDrive.open(`virtual:${folder}`);
  expect(await drive.readiness()).toMatchObject({ state: 'ready' });
  expect((await collect(drive.createReadStream({ fileNumber: 0 }))).equals(Buffer.alloc(1000, 7))).toBe(true);
  const error = await drive.writeFile([Buffer.alloc(2 ** 20)]).catch((thrown: unknown) => thrown);
  expect(String(error)).toMatch(/the disk of this host is full/);
  expect(String(error)).not.toMatch(/clean|tape is full/);
  await drive.close().catch(() => undefined);
});

it('a disk that becomes full while a file is written is a failed write that tells what is on tape', async ({
  skip,
}) => {
  const disk = await smallDisk();
  if (disk === undefined) return skip('no file system can be mounted here');
  const folder = join(disk, 'drive');
  await createVirtualDrive(folder, { cartridge: { barcode: 'FULL01L8' } });
  const drive = await TapeDrive.open(`virtual:${folder}`);
  const data = Buffer.alloc(4 * 2 ** 20, 5);
  const error = await drive.writeFile([data], { recordSize: 65536 }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(WriteError);
  expect(error).toMatchObject({ fileNumber: 0, cause: expect.any(TransportError) });
  expect(String(error)).toMatch(/the disk of this host is full/);
  const { safe } = error as WriteError;
  await drive.close().catch(() => undefined);
  const again = await TapeDrive.open(`virtual:${folder}`);
  let found = 0;
  const reading = again.createReadStream({ fileNumber: 0 }).on('data', (chunk: Buffer) => {
    found += chunk.length;
  });
  await finished(reading).catch(() => undefined);
  expect(found).toBeGreaterThan(0);
  expect(found).toBeGreaterThanOrEqual(safe.bytes);
  await again.close().catch(() => undefined);
});
