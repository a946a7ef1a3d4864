import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ltoCommand } from './support.js';

const lto = ltoCommand();

const create = (...options: readonly string[]) => lto.document(['virtual', 'create', 'drive', ...options]);
const write = (content: string) => lto.document(['write', '-'], { input: Buffer.from(content) });

describe('exit codes', () => {
  it('2 without a drive, with the way to name one', async () => {
    const { code, stderr } = await lto.run(['status'], { device: undefined });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^lto: no drive is named.*--device.*LTO_DEVICE.*\n$/)]);
  });

  it('2 for an option that there is none of', async () => {
    const { code, stderr } = await lto.run(['status', '--speed']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^lto: unknown option '--speed'/)]);
    const { stdout } = await lto.run(['status', '--speed', '--json']);
    expect(JSON.parse(stdout.toString())).toMatchObject({ error: { code: 'LTO_INVALID_ARGUMENT' } });
  });

  it('3 for a drive that is not there, also as a document', async () => {
    const { code, stdout, stderr } = await lto.run(['status', '--json'], { device: '/dev/no-such-tape' });
    expect(code).toBe(3);
    expect(stderr).toMatch(/^lto: \/dev\/no-such-tape: .* \[LTO_DEVICE_NOT_FOUND\]\n$/);
    expect(JSON.parse(stdout.toString())).toMatchObject({
      error: { code: 'LTO_DEVICE_NOT_FOUND', device: '/dev/no-such-tape' },
    });
  });

  it('5 without a cartridge, for what needs one; status tells it on stdout', async () => {
    await create('--no-cartridge');
    const status = await lto.run(['status']);
    expect([status.code, status.stdout.toString()]).toEqual([5, expect.stringMatching(/^readiness +no cartridge/m)]);
    for (const command of [['label'], ['label', 'X'], ['write', '-'], ['read', '0'], ['rewind'], ['verify', '0']]) {
      expect([command, (await lto.run(command)).code]).toEqual([command, 5]);
    }
  });

  it('5 after eject, 0 again after load', async () => {
    await create();
    expect((await lto.run(['rewind'])).code).toBe(0);
    expect((await lto.run(['eject'])).code).toBe(0);
    expect((await lto.run(['status'])).code).toBe(5);
    expect((await lto.run(['load'])).code).toBe(0);
    expect((await lto.run(['status'])).code).toBe(0);
    expect((await lto.run(['unprotect'])).stdout.toString()).toBe('block protection is off; it was off\n');
  });

  it('7 for a write-protected cartridge', async () => {
    await create('--write-protected');
    expect((await lto.run(['write', '-'], { input: Buffer.from('x') })).code).toBe(7);
    expect((await lto.run(['label', 'X'])).code).toBe(7);
    expect((await lto.document(['status'])).tape).toMatchObject({ writeProtected: true });
  });

  it('7 for write-once media that holds data, whatever may be overwritten', async () => {
    await create('--worm');
    await lto.document(['label', 'ONCE01L8']);
    await write('kept');
    for (const command of [
      ['label', 'ONCE02L8', '--overwrite'],
      ['write', '-', '--overwrite', '0'],
      ['write', '-', '--overwrite', '1'],
    ]) {
      const { code, stderr } = await lto.run(command, { input: Buffer.from('lost') });
      expect([command, code, stderr]).toEqual([command, 7, expect.stringMatching(/write-once media \(WORM\)/)]);
    }
    expect((await lto.run(['label'])).stdout.toString()).toBe('ONCE01L8\n');
    expect((await lto.run(['read', '1'])).stdout.toString()).toBe('kept');
    expect(await write('appended')).toMatchObject({ fileNumber: 2 });
  });

  it('8 for a file that is not on the tape', async () => {
    await create();
    await write('only one');
    for (const number of ['1', '7']) {
      const { code, stdout, stderr } = await lto.run(['read', number]);
      expect([number, code, stdout.length]).toEqual([number, 8, 0]);
      expect(stderr).toMatch(/end of (the|its) (recorded )?data/);
    }
  });

  it('9 when the tape is full, with what is safe in the document', async () => {
    await create('--capacity', '4MiB');
    const { code, stdout } = await lto.run(['write', '-', '--json'], { input: Buffer.alloc(20 << 20, 1) });
    expect(code).toBe(9);
    const { error } = JSON.parse(stdout.toString());
    expect(error).toMatchObject({ code: 'LTO_END_OF_MEDIUM', safe: { filemark: true } });
    expect(await lto.document(['verify', '0'])).toMatchObject({ bytes: error.safe.bytes, records: error.safe.records });
  });
});

describe('9 at the hard end of the medium', () => {
  const input = Buffer.from(Array.from({ length: 6 << 20 }, (_, i) => (i * 31 + (i >> 9)) & 0xff));

  it.each([
    [['overflow-without-residual']],
    [['small-early-warning']],
    [['no-early-warning']],
    [['overflow-without-residual', 'no-early-warning']],
  ])('of a drive with %j: what is said to be safe is what can be read', async (traits) => {
    await create('--capacity', '4MiB', ...traits.flatMap((trait) => ['--trait', trait]));
    const document = await lto.run(['write', '-', '--json'], { input });
    expect(document.code).toBe(9);
    const { safe } = JSON.parse(document.stdout.toString()).error;
    expect(safe).toMatchObject({ filemark: true });
    expect(safe.bytes).toBeGreaterThan(2 << 20);
    const { stdout } = await lto.run(['read', '0']);
    expect(stdout.equals(input.subarray(0, safe.bytes))).toBe(true);

    await lto.run(['virtual', 'remove', 'drive']);
    await lto.document(['virtual', 'insert', 'drive', '--new', '--capacity', '4MiB', '--barcode', 'OTHER1L8']);
    const { code, stderr } = await lto.run(['write', '-'], { input });
    expect([code, stderr]).toEqual([9, expect.stringContaining(`${safe.records} records with ${safe.bytes} bytes`)]);
    expect(await lto.document(['verify', '0'])).toMatchObject({ bytes: safe.bytes, records: safe.records });
  });
});

describe('lto label', () => {
  it('refuses a tape that holds data, and says what is there, until told to overwrite', async () => {
    await create();
    expect((await lto.run(['label'])).code).toBe(10);
    await lto.document(['label', 'FIRST']);
    await write('precious');
    const { code, stderr } = await lto.run(['label', 'SECOND']);
    expect([code, stderr]).toEqual([10, expect.stringContaining('"FIRST"; 2 files')]);
    expect((await lto.run(['read', '1'])).stdout.toString()).toBe('precious');
    await lto.document(['label', 'SECOND', '--overwrite', '--yes-overwrite', 'FIRST']);
    expect((await lto.run(['label'])).stdout.toString()).toBe('SECOND\n');
    expect((await lto.run(['read', '1'])).code).toBe(8);
  });

  it('refuses data without a label as well', async () => {
    await create();
    await write('no archive at all');
    expect(await lto.run(['label'])).toMatchObject({ code: 10, stderr: expect.stringContaining('not a tar archive') });
    expect((await lto.run(['label', 'X'])).code).toBe(10);
    expect((await lto.run(['read', '0'])).stdout.toString()).toBe('no archive at all');
  });
});

describe('lto read', () => {
  it('replaces no file unless forced, and leaves nothing half-written', async () => {
    await create();
    await write('new');
    await writeFile(lto.path('kept'), 'old');
    expect((await lto.run(['read', '0', '-o', 'kept'])).code).toBe(2);
    expect((await lto.run(['read', '5', '-o', 'other'])).code).toBe(8);
    expect(await readFile(lto.path('kept'), 'utf8')).toBe('old');
    expect((await readdir(lto.path())).sort()).toEqual(['drive', 'kept']);
    expect((await lto.run(['read', '0', '-o', 'kept', '--force'])).code).toBe(0);
    expect(await readFile(lto.path('kept'), 'utf8')).toBe('new');
  });

  it('replaces nothing in a folder unless forced, neither files nor links', async () => {
    await create();
    await mkdir(lto.path('source'));
    await writeFile(lto.path('source', 'file'), 'new');
    await symlink('file', lto.path('source', 'link'));
    await lto.document(['write', 'source']);
    await mkdir(lto.path('back', 'source'), { recursive: true });
    await writeFile(lto.path('back', 'source', 'link'), 'old');
    expect((await lto.run(['read', '0', '-C', 'back'])).code).toBe(2);
    expect(await readFile(lto.path('back', 'source', 'link'), 'utf8')).toBe('old');
    expect((await lto.run(['read', '0', '-C', 'back', '--force'])).code).toBe(0);
    expect(await readFile(lto.path('back', 'source', 'link'), 'utf8')).toBe('new');
  });

  it('says that a file is no archive, or one that was cut off', async () => {
    await create();
    await write('x'.repeat(5000));
    await write('');
    for (const number of ['0', '1']) {
      const { code, stderr } = await lto.run(['read', number, '-C', 'back']);
      expect([number, code, stderr]).toEqual([number, 2, expect.stringContaining('is incomplete')]);
    }
  });

  it('refuses a document on stdout where the file goes there', async () => {
    await create();
    expect((await lto.run(['read', '0', '--json'])).code).toBe(2);
  });
});

describe('lto write', () => {
  it('refuses sources that are not there, lead out, or have one name, before the tape is written', async () => {
    await create();
    await mkdir(lto.path('source/below/source'), { recursive: true });
    const refusals: [readonly string[], string][] = [
      [['source', 'nowhere'], 'nowhere\\" does not exist'],
      [['source', 'source/below/source'], 'two of the sources are called'],
      [['-C', 'source', '../drive'], 'leads out'],
      [['source', '-'], 'stdin'],
      [[], 'nothing to archive'],
    ];
    for (const [sources, reason] of refusals) {
      const { code, stderr } = await lto.run(['write', ...sources]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(reason.replaceAll('\\', ''))]);
    }
    expect((await lto.run(['read', '0'])).code).toBe(8);
  });

  it('ends quietly when the reader of stdout goes away', async () => {
    await create();
    await lto.document(['write', '-'], { input: Buffer.alloc(4 << 20, 7) });
    const running = lto.start(['read', '0']);
    running.closeStdout();
    expect(await running.ended).toMatchObject({ code: 141, stderr: '' });
  });
});
