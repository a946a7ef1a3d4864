// `lto verify` where the cartridge is not as the catalogue has it.
import { expect, it } from 'vitest';
import { ltoCommand } from './support.js';

const lto = ltoCommand();
const CATALOGUE = ['--catalogue', 'catalogue.sqlite'];
const ID = 'AA0001L8';

/** Three files that the catalogue knows as verified; then another machine has written two, of which one is the same. */
async function rewritten(): Promise<void> {
  await lto.document(['virtual', 'create', 'drive', '--barcode', ID]);
  await lto.document(['label', ID]);
  for (const input of ['one', 'two', 'three'])
    await lto.document(['write', '-', ...CATALOGUE], { input: Buffer.from(input) });
  expect(await lto.document(['verify', '--all', ...CATALOGUE])).toMatchObject({ differences: [] });
  expect(await states()).toEqual(['verified', 'verified', 'verified']);
  await lto.document(['label', ID, '--overwrite', '--yes-overwrite', ID]);
  for (const input of ['one', 'TWO']) await lto.document(['write', '-'], { input: Buffer.from(input) });
}

async function states(): Promise<(string | undefined)[]> {
  const { archives } = (await lto.document(['list', '--cartridge', ID, ...CATALOGUE])) as {
    archives: { state: string }[];
  };
  return archives.map(({ state }) => state);
}

async function fails(args: readonly string[]) {
  const { code, stdout } = await lto.run([...args, '--json', ...CATALOGUE]);
  return { code, document: JSON.parse(stdout.toString()) as unknown };
}

it('is told of a file with another checksum, which is not verified any more', async () => {
  await rewritten();
  await lto.document(['verify', '1', ...CATALOGUE]);
  expect(await fails(['verify', '2'])).toMatchObject({
    code: 11,
    document: { error: { code: 'LTO_VERIFICATION_FAILED', checksum: expect.stringContaining('crc32') } },
  });
  expect(await states()).toEqual(['verified', 'durable', 'verified']);
  // Without a catalogue nothing is compared.
  await lto.document(['verify', '2']);
});

it('--all also finds what is missing, and says so in its document', async () => {
  await rewritten();
  const { code, document } = await fails(['verify', '--all']);
  expect(code).toBe(11);
  expect(document).toMatchObject({
    files: [{}, {}, {}],
    differences: [
      { fileNumber: 2, what: 'checksum', recorded: expect.any(String), found: expect.any(String) },
      { fileNumber: 3, what: 'missing' },
    ],
  });
  expect(await states()).toEqual(['verified', 'durable', 'durable']);
  const { stdout } = await lto.run(['verify', '--all', ...CATALOGUE]);
  expect(stdout.toString()).toMatch(/differs from the catalogue +file 3 is recorded, and not on the tape/);
});

it('--all compares the sizes where the drive alone has read', async () => {
  await lto.document(['virtual', 'create', 'drive', '--barcode', ID]);
  await lto.document(['label', ID]);
  await lto.document(['write', '-', '--record-size', '4KiB', ...CATALOGUE], { input: Buffer.from('x'.repeat(10_000)) });
  expect(await lto.document(['verify', '--all', '--in-drive', ...CATALOGUE])).toMatchObject({ differences: [] });
  await lto.document(['label', ID, '--overwrite', '--yes-overwrite', ID]);
  await lto.document(['write', '-', '--record-size', '4KiB'], { input: Buffer.from('x'.repeat(20_000)) });
  expect(await fails(['verify', '--all', '--in-drive'])).toMatchObject({
    code: 11,
    document: { differences: [{ fileNumber: 1, what: 'records', recorded: 3, found: 5 }] },
  });
});
