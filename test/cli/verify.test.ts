import { describe, expect, it } from 'vitest';
import { testData } from '../conformance/conformance.js';
import { damageRecords } from '../support/damage.js';
import { ltoCommand } from './support.js';

const RECORD = 256 * 1024;
const FILES = [3, 1, 6].map((records, seed) => testData(records * RECORD, seed));

describe('lto verify', () => {
  const lto = ltoCommand();

  async function threeFiles(damaged: readonly number[] = []): Promise<void> {
    await lto.document(['virtual', 'create', 'drive', '--barcode', 'VER001L8']);
    for (const input of FILES)
      await lto.document(['write', '-', '--record-size', '256KiB', '--protection', 'auto'], { input });
    if (damaged.length === 0) return;
    const image = lto.path('drive', 'cartridges', 'VER001L8', 'partition-0.tap');
    await damageRecords(image, RECORD, damaged);
  }

  it('--in-drive and --all check files and the cartridge, in the drive and by reading', async () => {
    await threeFiles();
    expect(await lto.document(['verify', '2', '--in-drive'])).toEqual({ fileNumber: 2, records: 6, skipped: [] });
    const { code, stdout, stderr } = await lto.run(['verify', '--all', '--protection', 'auto']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('file 2: 6 records, good')]);
    expect(stdout.toString()).toMatch(/^2 +6 +1\.5 MiB +crc32c:[0-9a-f]{8}/m);
    expect(await lto.document(['verify', '--all', '--in-drive'])).toMatchObject({
      files: [{ records: 3 }, { records: 1 }, { records: 6 }],
      badRecords: 0,
    });
  });

  it('--all goes on behind records that cannot be read, lists them, and ends with 17', async () => {
    await threeFiles([1]);
    for (const how of [[], ['--in-drive']]) {
      const { code, stdout } = await lto.run(['verify', '--all', '--json', ...how]);
      expect(code).toBe(17);
      expect(JSON.parse(stdout.toString())).toMatchObject({
        files: [{ records: 3, bad: [{ record: 1, logicalObject: 1 }] }, { bad: [] }, { bad: [] }],
        badRecords: 1,
      });
    }
    const text = await lto.run(['verify', '--all', '--in-drive']);
    expect(text.stdout.toString()).toMatch(/record 1 \(logical object 1\)/);
    expect((await lto.run(['verify', '0', '--in-drive'])).code).toBe(12);
  });

  it('refuses what excludes each other', async () => {
    await lto.document(['virtual', 'create', 'drive', '--barcode', 'VER001L8']);
    for (const args of [
      [],
      ['0', '--all'],
      ['--all', '--checksum', 'crc32'],
      ['0', '--in-drive', '--checksum', 'crc32'],
    ]) {
      expect((await lto.run(['verify', ...args])).code).toBe(2);
    }
    expect((await lto.run(['verify', '0', '--protection', 'on'])).code).toBe(2);
    expect(await lto.document(['verify', '--all'])).toMatchObject({ files: [], badRecords: 0 });
  });
});
