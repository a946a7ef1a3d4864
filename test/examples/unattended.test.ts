import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { VirtualLibrary } from '../../src/virtual/index.js';
import { testData } from '../conformance/conformance.js';
import { compiledSources } from '../support/compiled.js';
import { newLibraryFolder } from '../virtual/library/support.js';
import { temporaryFolder } from '../virtual/support.js';

const MIB = 2 ** 20;
const CARTRIDGES = ['A00001L8', 'A00002L8', 'A00003L8'];
const compiled = compiledSources();

interface Line {
  readonly type: string;
  readonly barcode?: string;
  readonly cartridge?: string;
  readonly parts?: readonly { readonly cartridge: string }[];
  readonly totalBytes?: number;
}

it('the unattended job: three cartridges spanned, a drive cleaned in between, verified and exported', async () => {
  const folder = await newLibraryFolder({
    slots: 5,
    cartridges: 3,
    cleaning: 1,
    mailSlots: 3,
    capacityBytes: 16 * MIB,
    drive: { earlyWarningBytes: 4 * MIB },
  });
  // The second drive asks for its cleaning when the archive goes on to its cartridge.
  const before = await VirtualLibrary.open(folder);
  const [, second] = before.drives;
  if (second) second.cleaningNeed = 'requested';
  await before.close();
  const data = await temporaryFolder();
  await writeFile(join(data, 'data'), testData(34 * MIB));
  const example = join(dirname(dirname(compiled.path('index.js'))), 'examples', 'unattended.mjs');
  const args = [example, `virtual:${folder}`, CARTRIDGES.join(','), data];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line): Line => JSON.parse(line));
  const of = (type: string) => lines.filter((line) => line.type === type);
  expect(of('written')[0]?.parts?.map(({ cartridge }) => cartridge)).toEqual(CARTRIDGES);
  expect(of('written')[0]?.totalBytes).toBeGreaterThan(34 * MIB);
  expect(of('verified').map(({ cartridge }) => cartridge)).toEqual(CARTRIDGES);
  expect(of('exported').map(({ barcode }) => barcode)).toEqual(CARTRIDGES);
  const order = lines.map(({ type }) => type);
  expect(order.indexOf('brought')).toBeLessThan(order.indexOf('cleaned'));
  expect(order.indexOf('cleaned')).toBeLessThan(order.indexOf('written'));
  expect(of('not-cleaned')).toEqual([]);
  const after = await VirtualLibrary.open(folder);
  const exported = after.elements.filter(({ type }) => type === 'mail slot').map(({ cartridge }) => cartridge);
  await after.close();
  expect(exported).toEqual(CARTRIDGES);
});
