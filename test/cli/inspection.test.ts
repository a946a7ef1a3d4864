import { describe, expect, it } from 'vitest';
import { createVirtualDrive } from '../../src/virtual/index.js';
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
    expect(stdout.toString()).toMatch(/partition 0 .*18\.0 TB/);
  });

  it.each([
    ['a WORM cartridge', 'drive', ['--worm'], /^cartridge +WORM \(written once\)$/m],
    ['write protection', 'drive', ['--write-protected'], /^write protection +on$/m],
  ])('tells of %s', async (_, folder, options, line) => {
    await lto.document(['virtual', 'create', folder, ...options]);
    expect((await lto.run(['inspect'])).stdout.toString()).toMatch(line);
  });

  it('tells of a cartridge that the drive cannot use, and of its memory', async () => {
    await lto.document(['virtual', 'create', 'drive', '--generation', '9', '--no-cartridge']);
    await lto.document(['virtual', 'insert', 'drive', '--new', '--generation', '7', '--barcode', 'OLD001L7']);
    expect(await lto.document(['inspect'])).toMatchObject({
      format: { format: 'LTO-7', canRead: false, canWrite: false },
      memory: { barcode: 'OLD001L7' },
    });
    const text = (await lto.run(['inspect'])).stdout.toString();
    expect(text).toMatch(/^this drive reads it +no$/m);
    expect(text).toMatch(/^barcode +OLD001L7$/m);
    expect((await lto.run(['health'])).stdout.toString()).toMatch(/^TapeAlert 12 +The cartridge has a format/m);
  });

  it('tells of a cleaning cartridge', async () => {
    await createVirtualDrive(lto.path('drive'), { cartridge: { cleaning: true } });
    expect(await lto.document(['inspect'])).toMatchObject({ format: { kind: 'cleaning' } });
    expect((await lto.run(['inspect'])).stdout.toString()).toMatch(/^cartridge +cleaning$/m);
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
