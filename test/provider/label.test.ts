import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidArgumentError, LabelError, NotBlankError, WriteProtectedError } from '../../src/errors/index.js';
import { readLabel, writeLabel } from '../../src/provider/label/label.js';
import { decodeLabel, encodeLabel } from '../../src/provider/label/label-archive.js';
import { TapeDrive } from '../../src/tape/tape-drive.js';
import { createVirtualDrive, type VirtualDriveOptions } from '../../src/virtual/index.js';
import { RUNS } from '../support/property.js';
import { parseTap } from '../virtual/tap-parser.js';

let folder = '';
let drive: TapeDrive | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lto-label-'));
});
afterEach(async () => {
  await drive?.close();
  await rm(folder, { recursive: true, force: true });
});

async function openDrive(options: VirtualDriveOptions = {}): Promise<TapeDrive> {
  await createVirtualDrive(folder, { cartridge: { barcode: 'AA0001L8' }, ...options });
  drive = await TapeDrive.open(`virtual:${folder}`);
  return drive;
}

/** A tar archive of one member, by the format's description alone (POSIX.1-1988 ustar). */
function plainArchive(name: string, content: string): Buffer {
  const archive = Buffer.alloc(10_240);
  archive.write(name, 0);
  archive.write('0000644\0', 100);
  archive.write('0000000\0', 108);
  archive.write('0000000\0', 116);
  archive.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  archive.write('00000000000\0', 136);
  archive.write('        ', 148);
  archive.write('0', 156);
  archive.write('ustar\x0000', 257);
  const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  archive.write(content, 512);
  return archive;
}

const identifiers = fc
  .string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    minLength: 1,
    maxLength: 32,
  })
  .filter((text) => text === text.trim());

describe('the archive of a label', () => {
  it('gives back every identifier', () => {
    fc.assert(
      fc.property(identifiers, (identifier) => {
        expect(decodeLabel(encodeLabel(identifier))).toEqual({ identifier });
      }),
      RUNS,
    );
  });

  it('tells what arbitrary bytes are, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2048 }), (bytes) => {
        expect(decodeLabel(bytes)).toHaveProperty('foundInstead');
      }),
      RUNS,
    );
  });

  it.each(['', ' A', 'A ', 'A\n', 'A'.repeat(33), '\t'])('refuses %j', (identifier) => {
    expect(() => encodeLabel(identifier)).toThrow(InvalidArgumentError);
  });

  it('reads what a plain tar holds, with a newline or without', () => {
    for (const content of ['AA0001L8', 'AA0001L8\n', '  AA0001L8 \r\n']) {
      expect(decodeLabel(plainArchive('.tapehoard_label', content))).toEqual({ identifier: 'AA0001L8' });
    }
  });

  it('names the members of another archive', () => {
    expect(decodeLabel(plainArchive('photos/cat.jpg', 'x'))).toEqual({
      foundInstead: 'file 0 is an archive of "photos/cat.jpg"',
    });
  });
});

describe('writeLabel', () => {
  it('writes a label that can be read by the formats alone', async () => {
    const report = await writeLabel(await openDrive(), 'AA0001L8');
    expect(report.receipt).toMatchObject({ fileNumber: 0, records: 1 });
    await drive?.close();
    const image = await readFile(join(folder, 'cartridges', 'AA0001L8', 'partition-0.tap'));
    const [record, filemark, ...others] = parseTap(image);
    if (!(record instanceof Buffer)) throw new Error('the tape does not begin with a record');
    expect([filemark, others]).toEqual(['filemark', []]);
    expect(record.toString('latin1', 0, 16)).toBe('.tapehoard_label');
    expect(Number.parseInt(record.toString('latin1', 124, 135), 8)).toBe(9);
    expect(record.toString('latin1', 512, 521)).toBe('AA0001L8\n');
    expect(record.length % 512).toBe(0);
  });

  it('puts identifier, application and time into the cartridge memory', async () => {
    const opened = await openDrive();
    const { memory } = await writeLabel(opened, 'NEW');
    expect(memory?.refused).toEqual([]);
    const values = (await opened.mam())?.values;
    expect(values).toMatchObject({
      applicationVendor: 'NODELTO',
      applicationName: 'node-lto',
      userMediumLabel: 'NEW',
      barcode: 'NEW',
    });
    expect(Math.abs(Date.parse(`${values?.lastWritten}Z`) - Date.now())).toBeLessThan(120_000);
  });

  it('leaves the tape behind the label, so that the next file is file 1', async () => {
    const opened = await openDrive();
    await writeLabel(opened, 'A');
    expect(await opened.status()).toMatchObject({ fileNumber: 1, blockNumber: 0 });
    expect(await readLabel(opened)).toBe('A');
    expect(await opened.writeFile([Buffer.from('x')], { position: 'overwrite' })).toMatchObject({ fileNumber: 1 });
  });

  it('refuses data and another label, and changes nothing', async () => {
    const opened = await openDrive();
    await opened.writeFile([Buffer.alloc(40_000_000, 1)]);
    await expect(writeLabel(opened, 'A')).rejects.toThrow(/more than 4194304 bytes; 1 file in all/);
    await writeLabel(opened, 'A', { overwrite: true });
    await opened.writeFile([Buffer.from('precious')]);
    await expect(writeLabel(opened, 'B')).rejects.toThrow(/labelled "A"; 2 files in all/);
    await expect(writeLabel(opened, 'A')).rejects.toThrow(NotBlankError);
    expect(await readLabel(opened)).toBe('A');
  });

  it('reports a write-protected cartridge as that', async () => {
    const opened = await openDrive({ cartridge: { writeProtected: true } });
    await expect(writeLabel(opened, 'A')).rejects.toThrow(WriteProtectedError);
  });
});

describe('readLabel', () => {
  it('says that a tape is blank, and leaves it at the beginning', async () => {
    const opened = await openDrive();
    await expect(readLabel(opened)).rejects.toThrow(/nothing is recorded/);
    expect(await opened.status()).toMatchObject({ fileNumber: 0, blockNumber: 0 });
  });

  it('reads a label of a plain tar, from wherever the tape stands', async () => {
    const opened = await openDrive();
    await opened.writeFile([plainArchive('.tapehoard_label', 'OLD-1')], { recordSize: 10_240 });
    await opened.writeFile([Buffer.alloc(1_000_000)]);
    expect(await readLabel(opened)).toBe('OLD-1');
  });

  it('says that file 0 is empty', async () => {
    const opened = await openDrive();
    await opened.rewind();
    await opened.writeFilemarks(1);
    await expect(readLabel(opened)).rejects.toThrow(LabelError);
  });
});
