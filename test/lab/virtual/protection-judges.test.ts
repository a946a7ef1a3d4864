import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ProtectionError } from '../../../src/errors/index.js';
import { PROTECTION_NAMES, type ProtectionName, protectionCode } from '../../../src/scsi/index.js';
import { listDrives } from '../../../src/tape/open/list-drives.js';
import { closed, collect, testData } from '../../conformance/conformance.js';
import { command, shell } from '../command.js';
import { freshCartridge, openDrive, recorded, withFaults } from './served.js';

// Blocks protected under Linux's own st, and judged by others: sg_modes and sg_wr_mode set and read the page, dd moves the
// four bytes as data, and python computes them. Its two functions are written down from the standards, not from ours.

const DEVICE = '/dev/nst0';
const RECORD = 262_144;
const DATA = testData(3 * RECORD, 7);

/** Prints what follows each record of a file, in hexadecimal; or writes the file with it. */
const PYTHON = `
import sys
def step(crc):
    for _ in range(8):
        crc = (crc >> 1) ^ (0x82f63b78 if crc & 1 else 0)
    return crc
CRC = [step(byte) for byte in range(256)]
def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc = (crc >> 8) ^ CRC[(crc ^ byte) & 0xff]
    return (crc ^ 0xffffffff).to_bytes(4, 'little')
def times(a, b):
    product = 0
    while b:
        if b & 1: product ^= a
        a = (a << 1) ^ (0x11d if a & 0x80 else 0)
        b >>= 1
    return product
T38 = [times(0x38, b) for b in range(256)]
TCF = [times(0xcf, b) for b in range(256)]
def reed_solomon(data):
    r = [0, 0, 0, 0]
    for byte in data:
        t = r[0] ^ byte
        r = [r[1] ^ T38[t], r[2] ^ TCF[t], r[3] ^ T38[t], t]
    return bytes(r)
method = {'crc32c': crc32c, 'reed-solomon': reed_solomon}[sys.argv[1]]
data = open(sys.argv[2], 'rb').read()
size = int(sys.argv[3])
records = [data[i:i + size] for i in range(0, len(data), size)]
open(sys.argv[4], 'wb').write(b''.join(record + method(record) for record in records))
`;

let queryNode = '';
let work = '';

beforeAll(async () => {
  queryNode = (await listDrives()).find(({ device }) => device === DEVICE)?.queryDevice ?? '';
  work = await mkdtemp(join(tmpdir(), 'protection-'));
  await writeFile(join(work, 'protect.py'), PYTHON);
  return () => rm(work, { recursive: true, force: true });
});

/** The page as sg_modes reads it: method, length, and the bits of what is protected. */
async function pageBySgModes(): Promise<number[]> {
  const said = await shell(`sg_modes --page=0x0a,0xf0 --raw ${queryNode} | od -An -v -tx1`);
  const bytes = [...said.matchAll(/\b[0-9a-f]{2}\b/g)].map(([byte]) => Number.parseInt(byte, 16));
  const at = bytes.findIndex((byte, i) => (byte & 0x7f) === 0x4a && bytes[i + 1] === 0xf0);
  return bytes.slice(at + 4, at + 7);
}

/** As another program of this host sets it. */
async function setBySgWrMode(method: number): Promise<void> {
  const on = method === 0 ? '00 00' : '04 c0';
  const page = `4a f0 00 1c ${method.toString(16).padStart(2, '0')} ${on}${' 00'.repeat(25)}`;
  await shell(`sg_turs ${queryNode} || sg_turs ${queryNode} || sg_turs ${queryNode}`);
  await command('sg_wr_mode', '--page=0x0a,0xf0', '--force', `--contents=${page.replaceAll(' ', ',')}`, queryNode);
}

/** The records of `data`, each with what python computes behind it. */
async function protectedByPython(name: ProtectionName, data: Uint8Array): Promise<Buffer> {
  const [from, to] = [join(work, 'data'), join(work, 'protected')];
  await writeFile(from, data);
  await command('python3', join(work, 'protect.py'), name, from, String(RECORD), to);
  return readFile(to);
}

describe.each(PROTECTION_NAMES)('%s', (protection) => {
  it('is on the page while a file is written, and off again after close', async () => {
    await freshCartridge();
    const drive = await openDrive();
    const receipt = await drive.writeFile([DATA], { recordSize: RECORD, position: 'overwrite', protection });
    expect(receipt).toMatchObject({ records: 3, protection });
    expect(await pageBySgModes()).toEqual([protectionCode(protection), 4, 0xc0]);
    await drive.close();
    expect(await pageBySgModes()).toEqual([0, 0, 0]);
    const read = await shell(`mt -f ${DEVICE} rewind; dd if=${DEVICE} bs=${RECORD} 2>/dev/null | md5sum`);
    expect(read).toContain(await md5(DATA));
  });

  it('reads by dd as records with the four bytes that python computes', async () => {
    const barcode = await freshCartridge();
    const drive = await openDrive();
    await drive.writeFile([DATA], { recordSize: RECORD, position: 'overwrite', protection });
    await drive.close();
    expect((await recorded(barcode)).slice(0, 3)).toEqual(
      [0, 1, 2].map((i) => DATA.subarray(i * RECORD, (i + 1) * RECORD)),
    );
    await setBySgWrMode(protectionCode(protection));
    onTestFinished(() => setBySgWrMode(0));
    const copy = join(work, 'copy');
    await shell(`mt -f ${DEVICE} rewind; dd if=${DEVICE} of=${copy} bs=${RECORD + 4}`);
    expect((await readFile(copy)).equals(await protectedByPython(protection, DATA))).toBe(true);
  });

  it('takes by dd what python has protected, and nothing else', async () => {
    const barcode = await freshCartridge();
    const whole = await protectedByPython(protection, DATA);
    await setBySgWrMode(protectionCode(protection));
    onTestFinished(() => setBySgWrMode(0));
    const write = (file: string) => shell(`dd if=${file} of=${DEVICE} bs=${RECORD + 4}`);
    await shell(`mt -f ${DEVICE} rewind`);
    expect(await write(join(work, 'protected'))).toContain('3+0 records out');
    const records = (await recorded(barcode)).filter((object) => object !== 'filemark');
    expect(Buffer.concat(records as Buffer[]).equals(DATA)).toBe(true);
    const damaged = Buffer.from(whole);
    damaged.writeUInt8(damaged.readUInt8(1000) ^ 4, 1000);
    await writeFile(join(work, 'damaged'), damaged);
    await expect(write(join(work, 'damaged'))).rejects.toThrow('Input/output error');
    // It is found on the drive, and taken off before anything is read.
    const drive = await openDrive();
    expect((await collect(drive.createReadStream({ fileNumber: 0 }))).equals(DATA)).toBe(true);
    expect(await pageBySgModes()).toEqual([0, 0, 0]);
    const guarded = drive.createReadStream({ fileNumber: 0, protection });
    expect((await collect(guarded)).equals(DATA)).toBe(true);
    await closed(guarded);
    expect(guarded.summary?.checksum).toMatch(/^crc32c:/);
  });
});

describe('a bit that is flipped between st and the drive', () => {
  const WRITE = { recordSize: RECORD, position: 'overwrite', protection: 'crc32c' } as const;

  it('once, is mended by sending or reading the record again', async () => {
    await freshCartridge();
    const drive = await openDrive();
    await withFaults({ command: 'WRITE(6)', atObject: 1, times: 1, outcome: { flip: 'wire' } });
    expect(await drive.writeFile([DATA], WRITE)).toMatchObject({ records: 3, bytes: DATA.length });
    await withFaults({ command: 'READ(6)', atObject: 2, times: 1, outcome: { flip: 'wire' } });
    const read = await collect(drive.createReadStream({ fileNumber: 0, protection: 'crc32c' }));
    expect(read.equals(DATA)).toBe(true);
  });

  it('each time, is a ProtectionError, with nothing damaged on tape or handed out', async () => {
    const barcode = await freshCartridge();
    const drive = await openDrive();
    await withFaults({ command: 'WRITE(6)', atObject: 1, outcome: { flip: 'wire' } });
    const error: unknown = await drive.writeFile([DATA], WRITE).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProtectionError);
    expect(error).toMatchObject({ safe: { records: 1 } });
    expect((await recorded(barcode))[0]).toEqual(DATA.subarray(0, RECORD));
    await withFaults();
    await drive.rewind();
    await drive.writeFile([DATA], WRITE);
    await withFaults({ command: 'READ(6)', atObject: 2, outcome: { flip: 'wire' } });
    const read: unknown = await drive
      .verifyFile({ fileNumber: 0, protection: 'crc32c' })
      .catch((reason: unknown) => reason);
    expect(read).toBeInstanceOf(ProtectionError);
    expect(read).toMatchObject({ record: { record: 2, logicalObject: 2 } });
  });
});

it('verifying in the drive leaves st and the drive at one place', async () => {
  await freshCartridge();
  const drive = await openDrive();
  await drive.writeFile([DATA], { recordSize: RECORD, position: 'overwrite' });
  await drive.writeFile([DATA], { recordSize: RECORD });
  expect(await drive.verifyFile({ inDrive: true, fileNumber: 0 })).toMatchObject({ records: 3, skipped: [] });
  expect(await drive.position()).toMatchObject({ logicalFile: 1, logicalObject: 4 });
  expect((await collect(drive.createReadStream())).equals(DATA)).toBe(true);
  expect(await drive.verifyFile({ inDrive: true, fileNumber: 1 })).toMatchObject({ records: 3 });
  expect(await drive.writeFile([DATA], { recordSize: RECORD })).toMatchObject({ fileNumber: 2, firstLogicalObject: 8 });
});

async function md5(data: Uint8Array): Promise<string> {
  await writeFile(join(work, 'sum'), data);
  return (await command('md5sum', join(work, 'sum'))).split(' ')[0] ?? '';
}
