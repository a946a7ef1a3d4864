import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { testData } from '../conformance/conformance.js';
import { damageRecords } from '../support/damage.js';
import { ltoCommand } from './support.js';

const RECORD = 256 * 1024;
const RECORDS = 6;
const DATA = testData(RECORDS * RECORD);
const BAD = [1, 4];
const LEFT = Buffer.concat([0, 2, 3, 5].map((record) => DATA.subarray(record * RECORD, (record + 1) * RECORD)));

describe('lto read of a file with damaged records', () => {
  const lto = ltoCommand();

  async function damagedFile(): Promise<void> {
    await lto.document(['virtual', 'create', 'drive', '--barcode', 'BAD001L8']);
    await lto.document(['write', '-'], { input: DATA });
    await damageRecords(lto.path('drive', 'cartridges', 'BAD001L8', 'partition-0.tap'), RECORD, BAD);
  }

  it('ends with 12, and names the record', async () => {
    await damagedFile();
    const { code, stdout, stderr } = await lto.run(['read', '0']);
    expect(code).toBe(12);
    expect(stderr).toMatch(/record 1 of file 0, logical object 1, can't be read.*3\/11\/00.*--skip-bad/);
    expect(stderr).not.toMatch(/clean/);
    expect(stdout.equals(DATA.subarray(0, RECORD))).toBe(true);
  });

  it('with --skip-bad gives the rest, lists what is missing, and ends with 17', async () => {
    await damagedFile();
    const { code, stdout, stderr } = await lto.run(['read', '0', '--skip-bad']);
    expect(code).toBe(17);
    expect(stdout.equals(LEFT)).toBe(true);
    for (const record of BAD)
      expect(stderr).toMatch(new RegExp(`left out +record ${record}, logical object ${record}`));
    const saved = await lto.run(['read', '0', '--skip-bad', '--json', '-o', 'rescued']);
    expect(saved.code).toBe(17);
    expect((await readFile(lto.path('rescued'))).equals(LEFT)).toBe(true);
    expect(JSON.parse(saved.stdout.toString())).toMatchObject({
      records: 4,
      skipped: BAD.map((record) => ({ fileNumber: 0, record, logicalObject: record, sense: { key: 3, asc: 0x11 } })),
    });
  });

  it('with --skip-bad ends with 0 where nothing is missing', async () => {
    await lto.document(['virtual', 'create', 'drive']);
    await lto.document(['write', '-'], { input: DATA });
    const { code, stdout } = await lto.run(['read', '0', '--skip-bad']);
    expect(code).toBe(0);
    expect(stdout.equals(DATA)).toBe(true);
  });

  it('explains the exit code, and refuses --skip-bad with -C', async () => {
    expect((await lto.run(['--help'])).stdout.toString()).toMatch(/17 {2}.*unreadable records.*--skip-bad/);
    expect((await lto.run(['read', '--help'])).stdout.toString()).toMatch(/--skip-bad.*17/s);
    expect((await lto.run(['read', '0', '--skip-bad', '-C', 'folder'])).code).toBe(2);
  });
});
