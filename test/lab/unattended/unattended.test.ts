import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { TapeLibrary } from '../../../src/library/tape-library.js';
import { openLibraryControls } from '../../../src/virtual/index.js';
import { compiledSources } from '../../support/compiled.js';
import { temporaryFolder } from '../../virtual/support.js';
import { command } from '../command.js';

// The unattended job through Linux's sg and st, with as many cartridges as there are mail slots; mtx judges where they are.

const { LTO_LAB_CHANGER: changer = '', LTO_LAB_LIBRARY: folder = '' } = process.env;
const compiled = compiledSources();
/** Blank ones, which an operator puts into the mail slots. */
const CARTRIDGES = ['BLANK1L8', 'BLANK2L8'];
const CAPACITY = 64 * 2 ** 20;
/** More than one cartridge holds. */
const BYTES = 70 * 2 ** 20;

it('the unattended job spans two cartridges, verifies and exports them', { timeout: 400_000 }, async () => {
  const library = await TapeLibrary.open(changer);
  onTestFinished(() => library.close());
  const controls = await openLibraryControls(folder);
  onTestFinished(() => controls.close());
  for (const barcode of CARTRIDGES) await controls.import({ barcode, capacityBytes: CAPACITY });
  expect(await library.import()).toHaveLength(2);
  const source = await temporaryFolder();
  await writeFile(join(source, 'data'), randomBytes(BYTES));
  const example = join(dirname(dirname(compiled.path('index.js'))), 'examples', 'unattended.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [example, changer, CARTRIDGES.join(','), source], {
    env: { ...process.env, NODE_LTO_PREBUILD: join(import.meta.dirname, '../../..') },
  });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const of = (type: string) => lines.filter((line) => line.type === type);
  expect(of('written')[0].parts.map(({ cartridge }: { cartridge: string }) => cartridge)).toEqual(CARTRIDGES);
  expect(of('written')[0].totalBytes).toBeGreaterThan(BYTES);
  expect(of('verified')).toHaveLength(2);
  const status = await command('mtx', '-f', changer, 'status');
  expect(status).not.toMatch(/Data Transfer Element \d+:Full/);
  for (const barcode of CARTRIDGES) expect(status).toMatch(new RegExp(`IMPORT/EXPORT:Full.*${barcode}`));
  for (const barcode of CARTRIDGES) await controls.export(barcode);
});
