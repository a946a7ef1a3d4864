import { expect, it } from 'vitest';
import { CAPABILITIES } from '../conformance/capabilities.js';
import { readKept } from '../conformance/matrix.mjs';
import { conformanceMatrix, contradictions } from './conformance-matrix.js';

it('docs/conformance.md says what is kept and declared; `npm run conformance -- --keep` writes it anew', async () => {
  await expect(conformanceMatrix()).toMatchFileSnapshot('../../docs/conformance.md');
});

it('every backend lacked what it declares, and nothing else', () => {
  expect(contradictions()).toEqual([]);
});

it('every capability is tested where nothing is lacking', () => {
  for (const capability of Object.keys(CAPABILITIES)) {
    expect(readKept().virtual, capability).toHaveProperty([capability], 'passed');
  }
});
