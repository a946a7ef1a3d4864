import { expect, it, onTestFinished } from 'vitest';
import { listLibraries } from '../../../src/library/list-libraries.js';
import { TapeLibrary } from '../../../src/library/tape-library.js';
import { command } from '../command.js';

// TapeLibrary on the virtual library under Linux's sg and st, and mtx as the judge of where cartridges are.

const { LTO_LAB_CHANGER: changer = '' } = process.env;

it('our client drives the library through the kernel, and mtx sees the same', async () => {
  expect((await listLibraries()).map(({ device }) => device)).toContain(changer);
  const library = await TapeLibrary.open(changer);
  onTestFinished(() => library.close());
  const { elements } = await library.inventory();
  expect(elements.filter(({ kind }) => kind === 'drive').map(({ node }) => node)).toEqual(['/dev/nst0', '/dev/nst1']);
  const slot = elements.find(({ kind, mediumType }) => kind === 'slot' && mediumType === 'data');
  const barcode = slot?.barcode ?? '';
  expect(await library.load(barcode, 2)).toMatchObject({ barcode, drive: { node: '/dev/nst1' } });
  expect(await command('mtx', '-f', changer, 'status')).toMatch(new RegExp(`Data Transfer Element 1:Full.*${barcode}`));
  expect(await library.unload('/dev/nst1')).toMatchObject({ to: { address: slot?.address } });
});
