import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyStoreError } from '../../src/errors/index.js';
import { keyFromBytes } from '../../src/keys/data-key.js';
import { decodeKeyFile } from '../../src/keys/decode-key-file.js';
import { COST, encodeKeyFile, type KeyFile } from '../../src/keys/key-file-format.js';
import { freshDerivation, type StoredKey, unwrapKeys, wrapKeys } from '../../src/keys/key-wrapping.js';
import { RUNS } from '../support/property.js';
import { expectSilent, testKey, traces } from './support.js';

const WRAPPING_KEY = testKey(99);
const KDF = freshDerivation(COST.usual);
const CREATED = '2026-11-25T14:00:00.000Z';

const someKeys: fc.Arbitrary<StoredKey[]> = fc.uniqueArray(
  fc.record({
    id: fc.stringMatching(/^[!-~]{1,32}$/),
    created: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString()),
    key: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => keyFromBytes(Uint8Array.from(bytes))),
  }),
  { selector: ({ id }) => id, maxLength: 5 },
);

/** What a reader makes of the bytes: keys, or a KeyStoreError; anything else fails the test. */
function read(content: Uint8Array): StoredKey[] | KeyStoreError {
  try {
    return unwrapKeys(decodeKeyFile(content, 'k'), WRAPPING_KEY, 'k');
  } catch (error) {
    if (error instanceof KeyStoreError) return error;
    throw error;
  }
}

const plain = (keys: readonly StoredKey[]) => keys.map(({ key, ...rest }) => ({ ...rest, key: key.export() }));
const TWO = [1, 2].map((number) => ({ id: `key ${number}`, created: CREATED, key: testKey(number) }));
const FILE = wrapKeys(TWO, KDF, WRAPPING_KEY);

describe('the key file', () => {
  it('gives back what was put in, none and many', () => {
    fc.assert(
      fc.property(someKeys, (keys) => {
        const again = read(encodeKeyFile(wrapKeys(keys, KDF, WRAPPING_KEY)));
        expect(plain(again as StoredKey[])).toEqual(plain(keys));
      }),
      RUNS,
    );
  });

  it('holds nothing of the keys, and never the same nonce or salt', () => {
    const text = encodeKeyFile(FILE).toString();
    for (const key of [testKey(1), testKey(2), WRAPPING_KEY]) {
      for (const trace of traces(key)) expect(text).not.toContain(trace);
    }
    const again = wrapKeys(TWO, KDF, WRAPPING_KEY);
    expect(again.cipher.nonce).not.toBe(FILE.cipher.nonce);
    expect(freshDerivation(COST.usual).salt).not.toBe(KDF.salt);
  });

  it('of arbitrary bytes, or JSON, is a typed error', () => {
    const json = fc.json().map((text) => Buffer.from(text));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), json), (content) => {
        expect(read(content)).toMatchObject({ reason: 'malformed' });
      }),
      RUNS,
    );
  });

  it('with any byte changed gives the same keys or a typed error, never other keys', () => {
    const valid = encodeKeyFile(FILE);
    const change = fc.tuple(fc.nat(valid.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const content = Uint8Array.from(valid);
        for (const [at, byte] of changes) content[at] = byte;
        const outcome = read(content);
        if (!(outcome instanceof KeyStoreError)) expect(plain(outcome)).toEqual(plain(TWO));
        else expectSilent(outcome, [FILE.wrapped, ...traces(testKey(1))]);
      }),
      { numRuns: 5 * RUNS.numRuns },
    );
  });

  it('cut off anywhere is a typed error', () => {
    const valid = encodeKeyFile(FILE).toString().trimEnd();
    for (let length = 0; length < valid.length; length++) {
      expect(read(Buffer.from(valid.slice(0, length)))).toMatchObject({ reason: 'malformed' });
    }
  });

  const [first, second] = FILE.keys;
  if (first === undefined || second === undefined) throw new Error('two keys were made');
  const tampered: [string, Partial<KeyFile>][] = [
    ['identifiers exchanged', { keys: [second, first] }],
    ['an identifier changed', { keys: [{ ...first, id: 'other' }, second] }],
    ['a date changed', { keys: [{ ...first, created: '2026-11-25T14:00:01.000Z' }, second] }],
    [
      'a key taken out',
      { keys: [first], wrapped: Buffer.from(FILE.wrapped, 'base64').subarray(0, 32).toString('base64') },
    ],
    ['a name without a key', { keys: [first, second, { ...first, id: 'third' }] }],
    ['the cost lowered', { kdf: { ...FILE.kdf, cost: 14 } }],
    ['the tag of another file', { cipher: wrapKeys(TWO, KDF, WRAPPING_KEY).cipher }],
  ];
  it.each(tampered)('with %s is not opened', (_what, change) => {
    expect(read(encodeKeyFile({ ...FILE, ...change }))).toMatchObject({ reason: 'locked' });
  });

  it('cannot name a cost that exhausts the machine, or two keys alike', () => {
    expect(read(encodeKeyFile({ ...FILE, kdf: { ...KDF, cost: 30 } }))).toMatchObject({ reason: 'malformed' });
    expect(read(encodeKeyFile({ ...FILE, keys: [first, first] }))).toMatchObject({ reason: 'malformed' });
  });

  it('of a later version says so', () => {
    const later = Buffer.from(JSON.stringify({ ...FILE, version: 2, more: true }));
    expect(String(read(later))).toMatch(/version 2.*later version of this software/);
  });
});
