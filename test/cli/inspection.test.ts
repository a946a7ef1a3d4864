import { describe, expect, it } from 'vitest';
import { ltoCommand } from './support.js';

const lto = ltoCommand();

describe('lto inspect', () => {
  it('tells of drive and cartridge, in words and as a document', async () => {
    await lto.document(['virtual', 'create', 'drive', '--generation', '9']);
    const report = await lto.document(['inspect']);
    expect(report).toMatchObject({
      identity: { vendor: 'NODE-LTO', wormCapable: true },
      format: { format: 'LTO-9', kind: 'data', canWrite: true },
      capacity: { total: { native: { bytes: 18e12 } } },
      settings: { compression: true },
    });
    const { code, stdout } = await lto.run(['inspect']);
    expect(code).toBe(0);
    expect(stdout.toString()).toContain('LTO-9');
    expect(stdout.toString()).toMatch(/partition 0 .*16\.4 TiB/);
  });

  it('tells of an empty drive what there is to tell', async () => {
    await lto.document(['virtual', 'create', 'drive', '--no-cartridge']);
    const report = await lto.document(['inspect']);
    expect(report.capacity).toBeUndefined();
    expect((await lto.run(['inspect'])).stdout.toString()).toContain('no cartridge');
  });
});

describe('lto health', () => {
  it('gives a verdict', async () => {
    await lto.document(['virtual', 'create', 'drive']);
    expect(await lto.document(['health'])).toMatchObject({ verdict: 'good', reasons: [] });
    expect((await lto.run(['health'])).stdout.toString()).toMatch(/^good\n/);
  });
});

describe('lto drives', () => {
  it('lists drives without being told of one', async () => {
    const report = await lto.document(['drives'], { device: undefined });
    expect(report.drives).toBeInstanceOf(Array);
    expect((await lto.run(['drives'], { device: undefined })).code).toBe(0);
  });
});
