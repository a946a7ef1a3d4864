import { readFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { VirtualTransport } from '../../src/backends/virtual/virtual-transport.js';
import {
  DECRYPTION_MODE,
  ENCRYPTION_MODE,
  ENCRYPTION_SCOPE,
  setDataEncryption,
} from '../../src/scsi/security/index.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { TapeHoardProvider } from '../../src/tapehoard/index.js';
import { collect, testData } from '../conformance/conformance.js';
import { newDriveFolder, send } from '../virtual/support.js';

// Cartridges as the older provider leaves them. Its label is made by Python's tarfile (the fixture); `dd` fed by a pipe
// makes records of 64 KiB; some versions write a second filemark behind each file; stenc names no key.

const ID = 'OLD001L8';
const KEY = 'c4'.repeat(32);
const FIRST = testData(300_000, 1);
const SECOND = testData(200_000, 2);

interface OldTape {
  readonly filemarks: 1 | 2;
  readonly encrypted: boolean;
}

async function oldTape({ filemarks, encrypted }: OldTape) {
  const folder = await newDriveFolder({ cartridge: { barcode: 'X00000L8' } });
  const device = `virtual:${folder}`;
  const transport = await VirtualTransport.open({ device, folder });
  const drive = TapeDrive.onTransport(transport);
  // Its sg_write_attr had no attribute 0806h to write, or a drive that refuses it.
  await drive.setAttributes({ barcode: null });
  const plain = { scope: ENCRYPTION_SCOPE.local, algorithmIndex: 1 };
  if (encrypted) {
    const { encrypt } = ENCRYPTION_MODE;
    const modes = { encryptionMode: encrypt, decryptionMode: DECRYPTION_MODE.mixed };
    await send(transport.drive, setDataEncryption({ ...plain, ...modes, key: Buffer.from(KEY, 'hex'), kads: [] }));
  }
  const label = await readFile(new URL('../fixtures/tapehoard/label-OLD001L8.tar', import.meta.url));
  for (const [file, recordSize] of [
    [label, 10_240],
    [FIRST, 65_536],
    [SECOND, 65_536],
  ] as const) {
    await drive.writeFile([file], { recordSize });
    if (filemarks === 2) await drive.writeFilemarks(1);
  }
  if (encrypted) await send(transport.drive, setDataEncryption(plain));
  const settings = { device_path: device, ...(encrypted && { encryption_key: KEY }) };
  const tape = new TapeHoardProvider(settings, { open: async () => drive });
  onTestFinished(async () => {
    await tape.close();
    await drive.close();
  });
  return { tape, drive };
}

describe.each([
  { filemarks: 1, encrypted: false },
  { filemarks: 2, encrypted: false },
  { filemarks: 1, encrypted: true },
  { filemarks: 2, encrypted: true },
] as const)('a cartridge of the older provider ($filemarks filemarks, encrypted $encrypted)', (kind) => {
  const at = (file: number) => String(file * kind.filemarks);

  it('is identified, read and appended to', async () => {
    const { tape, drive } = await oldTape(kind);
    expect(await tape.identify_media()).toBe(ID);
    expect(await tape.check_existing_data()).toBe(true);
    expect((await collect(await tape.read_archive(ID, at(1)))).equals(FIRST)).toBe(true);
    expect((await collect(await tape.read_archive(ID, at(2)))).equals(SECOND)).toBe(true);
    expect(await tape.prepare_for_write(ID)).toBe(true);
    expect(await tape.write_archive(ID, [testData(100, 3)])).toBe(at(3));
    await drive.locateFile(Number(at(3)));
    expect(await drive.encryption.nextBlock()).toMatchObject(
      kind.encrypted ? { keyId: tape.provider.configuration.encryptionKeyId } : { encryption: 'plain' },
    );
    expect((await collect(await tape.read_archive(ID, at(3)))).equals(testData(100, 3))).toBe(true);
    expect((await collect(await tape.read_archive(ID, at(1)))).equals(FIRST)).toBe(true);
  });

  it('is not labelled again without being named', async () => {
    const { tape } = await oldTape(kind);
    expect(await tape.initialize_media(ID)).toBe(false);
    expect((await collect(await tape.read_archive(ID, at(2)))).equals(SECOND)).toBe(true);
    expect(await tape.initialize_media(ID, ID)).toBe(true);
    expect(await tape.check_existing_data()).toBe(false);
  });
});

it('an encrypted cartridge stays closed without its key, which no error shows', async () => {
  const { tape, drive } = await oldTape({ filemarks: 1, encrypted: true });
  const { device_path } = tape;
  await tape.close();
  await drive.close();
  const other = new TapeHoardProvider({ device_path, encryption_key: KEY.replaceAll('c', 'd') });
  const { mediumSerial } = await other.provider.identifyMedia({ allowIntrusive: true });
  expect(await other.identify_media()).toBe(mediumSerial);
  expect(await other.prepare_for_write(ID)).toBe(false);
  expect(String(other.last_error)).toContain('encrypted');
  expect(JSON.stringify(other.last_error)).not.toMatch(/[cd]4[cd]4/);
  await other.close();
});
