import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createVirtualLibrary } from '../../src/virtual/index.js';
import { ltoCommand } from './support.js';

const MIB = 2 ** 20;
const [A, B, C, D] = ['A00001L8', 'A00002L8', 'A00003L8', 'A00004L8'] as const;
const lto = ltoCommand();
const LIBRARY = ['-l', 'virtual:library'];

/** Four cartridges, of which an archive of 40 MiB needs three. */
async function create(): Promise<void> {
  const drive = { earlyWarningBytes: 2 * MIB };
  await createVirtualLibrary(lto.path('library'), {
    cartridges: 4,
    slots: 6,
    capacityBytes: 16 * MIB,
    unloadsDrives: true,
    drive,
  });
}

async function sourceFile(): Promise<Buffer> {
  const data = randomBytes(40 * MIB);
  await writeFile(lto.path('source'), data);
  return data;
}

async function where(): Promise<Record<string, string>> {
  const { elements } = await lto.document(['library', 'status', ...LIBRARY]);
  const all = elements as readonly { kind: string; number: number; barcode?: string }[];
  return Object.fromEntries(
    all.flatMap(({ kind, number, barcode }) => (barcode ? [[barcode, `${kind} ${number}`]] : [])),
  );
}

describe('in a library', () => {
  it('goes on to the pool, and the receipt reads and verifies all of it', async () => {
    await create();
    const data = await sourceFile();
    const label = await lto.run(['label', A, ...LIBRARY, '-b', A]);
    expect(label.code).toBe(0);
    const write = ['write', '--span', 'source', ...LIBRARY, '-b', A, '--pool', B, '--pool', C, '--json'];
    const { code, stdout, stderr } = await lto.run(write);
    expect([code, stderr]).toEqual([0, expect.stringContaining(`${B} is in drive`)]);
    const receipt = JSON.parse(stdout.toString());
    expect(receipt.parts.map(({ cartridge }: { cartridge: string }) => cartridge)).toEqual([A, B, C]);
    expect(receipt.totalBytes).toBe(data.length);
    await writeFile(lto.path('receipt.json'), stdout);
    const back = await lto.document(['read', '--receipt', 'receipt.json', ...LIBRARY, '-o', 'back']);
    expect(back).toMatchObject({ totalBytes: data.length, totalChecksum: receipt.totalChecksum });
    expect((await readFile(lto.path('back'))).equals(data)).toBe(true);
    expect((await lto.run(['read', '--receipt', 'receipt.json', ...LIBRARY])).stdout.equals(data)).toBe(true);
    expect(await lto.document(['verify', '--receipt', 'receipt.json', ...LIBRARY])).toMatchObject({
      parts: receipt.parts,
    });
    expect(await where()).toEqual({ [A]: 'slot 1', [B]: 'slot 2', [C]: 'slot 3', [D]: 'slot 4' });
    // One bit of the second checksum: that part is not what was written.
    receipt.parts[1].checksum = receipt.parts[1].checksum.replace(/.$/, (last: string) => (last === '0' ? '1' : '0'));
    await writeFile(lto.path('other.json'), JSON.stringify(receipt));
    expect((await lto.run(['verify', '--receipt', 'other.json', ...LIBRARY])).code).toBe(11);
  });

  it('extracts a folder over several cartridges', async () => {
    await create();
    await mkdir(lto.path('folder'));
    for (const name of ['one', 'two', 'three']) await writeFile(lto.path('folder', name), randomBytes(9 * MIB));
    await lto.document(['label', A, ...LIBRARY, '-b', A]);
    const write = ['write', '--span', 'folder', ...LIBRARY, '-b', A, '--pool', B, '--pool', C, '--pool', D];
    const receipt = await lto.document(write);
    expect(receipt.parts).toHaveLength(2);
    await writeFile(lto.path('receipt.json'), JSON.stringify(receipt));
    await mkdir(lto.path('out'));
    const read = ['read', '--receipt', 'receipt.json', ...LIBRARY, '-C', 'out'];
    expect(await lto.document(read)).toMatchObject({ extracted: { files: 3 } });
    for (const name of ['one', 'two', 'three']) {
      const [written, extracted] = await Promise.all([
        readFile(lto.path('folder', name)),
        readFile(lto.path('out', 'folder', name)),
      ]);
      expect(extracted.equals(written)).toBe(true);
    }
  });

  it('says which cartridge is missing when the pool is used up', async () => {
    await create();
    await sourceFile();
    await lto.document(['label', A, ...LIBRARY, '-b', A]);
    const failed = await lto.run(['write', '--span', 'source', ...LIBRARY, '-b', A, '--pool', B]);
    expect([failed.code, failed.stderr]).toEqual([18, expect.stringContaining('no cartridge of the pool can be used')]);
    expect(await where()).toMatchObject({ [A]: 'slot 1', [B]: 'slot 2' });
  });
});

describe('on a drive, with an operator at the terminal', () => {
  /** `lto` on the drive, and who changes its cartridges: those of the list, one after the other. */
  const operated = (...cartridges: readonly string[]) => [
    process.execPath,
    join(import.meta.dirname, 'operator.mjs'),
    dirname(lto.compiled('index.js')),
    lto.path('library'),
    cartridges.join(','),
  ];
  const DRIVE = '-d virtual:library/drives/1';
  /** Asked when the operator has changed the cartridge. */
  const isIn = (barcode: string) =>
    new RegExp(`${barcode} is in the drive[^]*press Enter: $|press Enter: [^]*${barcode} is in the drive`);

  it('asks for each further cartridge, again for one that cannot be written, and for each to be read', {
    timeout: 180_000,
  }, async () => {
    await create();
    const data = await sourceFile();
    await lto.document(['label', A, ...LIBRARY, '-b', A]);
    // Somebody's data without a label.
    await lto.run(['write', '-', ...LIBRARY, '-b', B], { input: Buffer.from('precious') });
    const shown = await lto.onTerminal(
      `lto write --span source ${DRIVE} --json > receipt.json`,
      [
        [isIn(B), '\r'],
        [isIn(C), '\r'],
        [isIn(A), '\r'],
        [isIn(D), '\r'],
      ],
      operated(A, B, C, A, D),
    );
    expect(shown).toContain(`${A} is full`);
    expect(shown).toMatch(/A00002L8.* holds data/);
    expect(shown).toMatch(/A00001L8.* is full/);
    const { parts, totalBytes } = JSON.parse((await readFile(lto.path('receipt.json'))).toString());
    expect(parts.map(({ cartridge }: { cartridge: string }) => cartridge)).toEqual([A, C, D]);
    expect(totalBytes).toBe(data.length);
    const read = await lto.onTerminal(
      `lto read --receipt receipt.json ${DRIVE} -o back`,
      [
        [isIn(C), '\r'],
        [isIn(D), '\r'],
      ],
      operated(A, C, D),
    );
    expect(read).toContain(`Put in ${C}`);
    expect((await readFile(lto.path('back'))).equals(data)).toBe(true);
    const precious = await lto.run(['read', '0', ...LIBRARY, '-b', B]);
    expect(precious.stdout.toString()).toBe('precious');
  });
});

describe('refuses before anything is written', () => {
  it.each([
    [['write', '--span', 'source', '-d', 'virtual:none'], /no terminal/],
    [['write', '--span', 'source', '-l', 'virtual:library', '-b', A], /--pool/],
    [['write', '--span', 'source', '--pool', B, '-d', 'virtual:none'], /--pool is of a library/],
    [['write', '--pool', B, 'source', '-l', 'virtual:library', '-b', A], /--pool needs --span/],
    [['write', '--span', '--overwrite', '1', 'source', '-d', 'virtual:none'], /exclude each other/],
    [['write', '--span', '--keep', 'source', '-l', 'virtual:library', '-b', A, '--pool', B], /--keep/],
    [['read', '1', '--receipt', 'receipt.json', '-d', 'virtual:none'], /--receipt/],
    [['read', '-d', 'virtual:none'], /--receipt/],
    [['read', '--receipt', 'receipt.json', '--skip-bad', '-o', 'x', '-d', 'virtual:none'], /--skip-bad/],
    [['read', '--receipt', 'wrong.json', '-o', 'x', '-d', 'virtual:none'], /wrong.json is not a receipt/],
    [['read', '--receipt', 'receipt.json', '-o', 'x', '-d', 'virtual:none'], /no terminal/],
    [['verify', '--receipt', 'receipt.json', '--all', '-d', 'virtual:none'], /--receipt/],
  ])('%j', async (args, message) => {
    await writeFile(lto.path('source'), 'data');
    const part = { cartridge: A, location: 1, records: 1, bytes: 1, recordSize: 512 };
    await writeFile(
      lto.path('receipt.json'),
      JSON.stringify({ parts: [part, { ...part, cartridge: B }], totalBytes: 2 }),
    );
    await writeFile(lto.path('wrong.json'), '{"parts":[]}');
    const { code, stderr } = await lto.run(args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});
