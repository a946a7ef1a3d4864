import { describe, expect, it } from 'vitest';
import { ltoCommand } from './support.js';

const lto = ltoCommand();

describe('lto log', () => {
  it('lists the pages of the drive', async () => {
    await lto.document(['virtual', 'create', 'drive']);
    const { pages } = await lto.document(['log']);
    expect(pages).toContainEqual({ page: '0x17', subpage: '0x00', name: 'Volume statistics' });
    const { code, stdout } = await lto.run(['log']);
    expect(code).toBe(0);
    expect(stdout.toString()).toMatch(/^0x2e +0x00 +TapeAlert$/m);
  });

  it('decodes a page by its table, with names and units', async () => {
    await lto.document(['virtual', 'create', 'drive']);
    const { parameters, truncated } = await lto.document(['log', '17']);
    expect(truncated).toBe(false);
    expect(parameters).toContainEqual({ code: '0x0001', name: 'Thread count', value: 1, raw: '00000001' });
    expect(parameters).toContainEqual(
      expect.objectContaining({ code: '0x0016', name: 'Total native capacity', value: 12_000_000, unit: 'MB' }),
    );
    const text = (await lto.run(['log', '0x17'])).stdout.toString();
    expect(text).toMatch(/^0x0001 +Thread count +1$/m);
    expect(text).toMatch(/^0x0016 +Total native capacity +12000000 +MB$/m);
    // Partition records: a structure for each partition.
    expect(text).toMatch(/^0x0202 .*\(partition 0, count 12000000\)/m);
  });

  it('shows in hex what has no table', async () => {
    await lto.document(['virtual', 'create', 'drive']);
    expect((await lto.run(['log', '12'])).stdout.toString()).toMatch(/^0x0000 +unknown +hex 0{16}$/m);
  });

  it('names TapeAlert flags', async () => {
    await lto.document(['virtual', 'create', 'drive']);
    expect((await lto.run(['log', '2eh/00'])).stdout.toString()).toMatch(/^0x0014 +Cleaning required +false$/m);
  });

  it('refuses a page that the drive does not have, and what is no page', async () => {
    await lto.document(['virtual', 'create', 'drive']);
    const absent = await lto.run(['log', '3e']);
    expect(absent.code).toBe(1);
    expect(absent.stderr.toString()).toContain('no log page 0x3e/0x00');
    for (const wrong of ['zz', '40', '1/2/3', '-', '']) {
      const { code, stderr } = await lto.run(['log', wrong]);
      expect(code, wrong).toBe(2);
      expect(stderr.toString()).toContain('is not a log page');
    }
  });
});
