import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseTagged, stringifyTagged } from '../../src/provider/tagged-json.js';
import { RUNS } from '../support/property.js';

const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.bigInt(), fc.uint8Array());
const key = fc.string().filter((name) => !name.startsWith('$') && name !== '__proto__');
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie('value')), fc.dictionary(key, tie('value'))),
}));

it('comes back as it was, with bigints and bytes', () => {
  fc.assert(
    fc.property(value, (original) => {
      expect(JSON.stringify(parseTagged(stringifyTagged(original)), show)).toBe(JSON.stringify(original, show));
    }),
    RUNS,
  );
});

it('takes Buffers as bytes', () => {
  expect(parseTagged(stringifyTagged({ bytes: Buffer.from('ab') }))).toEqual({ bytes: Uint8Array.of(0x61, 0x62) });
});

function show(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `bigint ${value}`;
  return value instanceof Uint8Array ? `bytes ${Buffer.from(value).toString('hex')}` : value;
}
