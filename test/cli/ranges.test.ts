import { readFile, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { testData } from '../conformance/conformance.js';
import { ltoCommand } from './support.js';

const RECORD = 256 * 1024;
const DATA = testData(6 * RECORD + 100);

describe('lto read of part of a file', () => {
  const lto = ltoCommand();

  async function written(): Promise<void> {
    await lto.document(['virtual', 'create', 'drive']);
    await lto.document(['write', '-'], { input: DATA });
  }

  it('gives the bytes from --start to --end', async () => {
    await written();
    for (const size of [[], ['--record-size', '256KiB']]) {
      const { code, stdout } = await lto.run(['read', '0', '--start', '1MiB', '--end', '1048600', ...size]);
      expect(code).toBe(0);
      expect(stdout.equals(DATA.subarray(2 ** 20, 1_048_601))).toBe(true);
    }
    const other = await lto.run(['read', '0', '--start', '1MiB', '--record-size', '200KiB']);
    expect(other.code).not.toBe(0);
    expect(other.stderr).toMatch(/records of other sizes than 204800/);
  });

  it('with --resume continues a file that was cut off, or begins it', async () => {
    await written();
    await writeFile(lto.path('film'), DATA.subarray(0, 5 * RECORD + 9));
    const resume = ['read', '0', '--resume', '--record-size', '256KiB', '--json', '-o'];
    const { range } = await lto.document([...resume, 'film']);
    expect(range).toEqual({ start: 5 * RECORD + 9, end: DATA.length - 1 });
    expect((await readFile(lto.path('film'))).equals(DATA)).toBe(true);
    // Again: there is nothing to add.
    expect(await lto.document([...resume, 'film'])).toMatchObject({ bytes: 0 });
    const whole = await lto.document([...resume, 'other']);
    expect(whole).toMatchObject({ bytes: DATA.length, checksum: expect.stringMatching(/^crc32:/) });
    expect((await readFile(lto.path('other'))).equals(DATA)).toBe(true);
  });

  it('with --resume refuses what is no cut-off file', async () => {
    await written();
    await writeFile(lto.path('long'), testData(DATA.length + 1));
    await symlink('long', lto.path('link'));
    for (const name of ['long', 'link', '.'])
      expect((await lto.run(['read', '0', '--resume', '-o', name])).code).toBe(2);
    expect((await readFile(lto.path('long'))).length).toBe(DATA.length + 1);
  });

  it('refuses flags that exclude each other', async () => {
    await written();
    const wrong = [
      ['--resume'],
      ['--resume', '-o', 'x', '--start', '1'],
      ['-C', 'x', '--start', '1'],
      ['--start', '-1'],
    ];
    for (const flags of [...wrong, ['--start', '9', '--end', '8']]) {
      expect((await lto.run(['read', '0', ...flags])).code, flags.join(' ')).toBe(2);
    }
  });
});
