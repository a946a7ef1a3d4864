import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { EncryptionError, InvalidArgumentError } from '../../src/errors/index.js';
import {
  decodeEncryptionCapabilities,
  type EncryptionAlgorithm,
  setDataEncryption,
} from '../../src/scsi/security/index.js';
import { chooseAlgorithm } from '../../src/tape/encryption/algorithm.js';
import { keyIdIn } from '../../src/tape/encryption/key-name.js';
import { type EncryptionOptions, encryptionParameters, withKeyBytes } from '../../src/tape/encryption/parameters.js';
import { fixtureBytes } from '../support/fixtures.js';

const KEY = Uint8Array.from({ length: 32 }, (_, index) => 0xc0 + index);
const DETAILS = { device: '/dev/nst0', operation: 'set encryption' };
const MANAGEMENT = {
  lock: true,
  clearKeyOnDemount: true,
  clearKeyOnReservationPreempted: true,
  clearKeyOnReservationLoss: true,
  scopeAllNexus: true,
  scopeLocal: true,
  scopePublic: true,
};
const [MHVTL] = decodeEncryptionCapabilities(
  fixtureBytes('sg_raw -r 1024 /dev/sg1 a2 20 00 10 00 00 00 00 04 00 00 00'),
).algorithms as [EncryptionAlgorithm];

/** The parameter list that goes to a drive. */
function list(options: EncryptionOptions, algorithm: Partial<EncryptionAlgorithm> = {}, management = MANAGEMENT) {
  const means = { algorithm: { ...MHVTL, ...algorithm }, management };
  const parameters = encryptionParameters(options, means, DETAILS);
  return setDataEncryption(options.key ? { ...parameters, key: KEY } : parameters).dataOut;
}

const ENABLE = { key: KEY, keyId: 'backup-1' };

describe('the page of SECURITY PROTOCOL OUT, byte for byte (REFERENCE: SDE 0010)', () => {
  it('is as SSC-5 lays it out', () => {
    expect([...list(ENABLE)]).toEqual([
      ...[0x00, 0x10, 0x00, 60],
      ...[0x20, 0x04, 2, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00, 32],
      ...KEY,
      ...[0, 0, 0, 8, ...Buffer.from('backup-1')],
    ]);
  });

  it.each<[string, EncryptionOptions, Partial<EncryptionAlgorithm>, Record<number, number>]>([
    ['mode encrypt', { ...ENABLE, mode: 'encrypt' }, {}, { 6: 2, 7: 2 }],
    ['mode mixed', { ...ENABLE, mode: 'mixed' }, {}, { 6: 2, 7: 3 }],
    ['mode decrypt', { key: KEY, mode: 'decrypt' }, {}, { 6: 0, 7: 2, 3: 48 }],
    ['mode decrypt-mixed', { key: KEY, mode: 'decrypt-mixed' }, {}, { 6: 0, 7: 3, 3: 48 }],
    ['mode raw', { mode: 'raw' }, {}, { 3: 16, 6: 0, 7: 1, 18: 0, 19: 0 }],
    ['scope of all', { ...ENABLE, scope: 'all' }, {}, { 4: 0x40 }],
    ['LOCK', { ...ENABLE, lock: true }, {}, { 4: 0x21 }],
    ['no CKOD', { ...ENABLE, clearKeyOnDemount: false }, {}, { 5: 0 }],
    ['CKORP', { ...ENABLE, clearKeyOnReservationPreempted: true }, {}, { 5: 0x06 }],
    ['CKORL', { ...ENABLE, clearKeyOnReservationLoss: true }, {}, { 5: 0x05 }],
    ['raw reading allowed', { ...ENABLE, rawReading: true }, {}, { 5: 0x24 }],
    ['raw reading forbidden', { ...ENABLE, rawReading: false }, {}, { 5: 0x34 }],
    ['CEEM encrypted', { ...ENABLE, externalCheck: 'encrypted' }, { externalEncryptionModeControl: 2 }, { 5: 0xc4 }],
    ['CEEM external', { ...ENABLE, externalCheck: 'external' }, { externalEncryptionModeControl: 2 }, { 5: 0x84 }],
    ['CEEM none', { ...ENABLE, externalCheck: 'none' }, { externalEncryptionModeControl: 2 }, { 5: 0x44 }],
    ['the index of the drive', ENABLE, { index: 9 }, { 8: 9 }],
    ['a name that drives show', ENABLE, { kadFormat: true }, { 10: 2 }],
    ['the identifier as A-KAD', { ...ENABLE, keyIdAs: 'authenticated' }, {}, { 52: 1, 53: 0, 54: 0, 55: 8, 56: 0x62 }],
    ['A-KAD where the U-KAD is too short', ENABLE, { maximumUnauthenticatedKad: 4 }, { 52: 1, 55: 8 }],
    [
      'further data as A-KAD',
      { ...ENABLE, otherKad: KEY.subarray(0, 2) },
      {},
      { 52: 0, 55: 8, 64: 1, 67: 2, 68: 0xc0 },
    ],
    ['a U-KAD of fixed length', ENABLE, { unauthenticatedKadFixed: true }, { 55: 32, 63: 0x31, 64: 0x20, 87: 0x20 }],
    ['a nonce', { ...ENABLE, nonce: KEY.subarray(0, 12) }, { nonce: 3 }, { 64: 2, 65: 0, 66: 0, 67: 12, 68: 0xc0 }],
    ['a nonce of ours where one is needed', ENABLE, { nonce: 2 }, { 64: 2, 67: 12 }],
  ])('%s', (_what, options, algorithm, bytes) => {
    const page = list(options, algorithm);
    for (const [at, value] of Object.entries(bytes)) expect(page[Number(at)], `byte ${at}`).toBe(value);
    expect(page.length).toBe(((page[2] ?? 0) << 8) + (page[3] ?? 0) + 4);
    // Reserved bytes must be zero: garbage there is 5/26/00.
    expect([...page.subarray(11, 18)]).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it.each<[string, EncryptionOptions, Partial<EncryptionAlgorithm>, Partial<typeof MANAGEMENT>]>([
    ['LOCK', { ...ENABLE, lock: true }, {}, { lock: false }],
    ['CKOD', { ...ENABLE, clearKeyOnDemount: true }, {}, { clearKeyOnDemount: false }],
    ['CKORP', { ...ENABLE, clearKeyOnReservationPreempted: true }, {}, { clearKeyOnReservationPreempted: false }],
    ['CKORL', { ...ENABLE, clearKeyOnReservationLoss: true }, {}, { clearKeyOnReservationLoss: false }],
    ['a scope', { ...ENABLE, scope: 'local' }, {}, { scopeLocal: false }],
    ['CEEM', { ...ENABLE, externalCheck: 'none' }, {}, {}],
    ['RDMC', { ...ENABLE, rawReading: true }, { rawDecryptionModeControl: 7 }, {}],
    ['a nonce', { ...ENABLE, nonce: KEY.subarray(0, 12) }, {}, {}],
    ['so long a U-KAD', { ...ENABLE, keyIdAs: 'unauthenticated' }, { maximumUnauthenticatedKad: 4 }, {}],
    ['any such identifier', { ...ENABLE, keyId: 'x'.repeat(13) }, { maximumUnauthenticatedKad: 4 }, {}],
  ])('%s that the drive does not have is refused, never left out', (_what, options, algorithm, management) => {
    expect(() => list(options, algorithm, { ...MANAGEMENT, ...management })).toThrow(EncryptionError);
  });

  it('what a drive does not have is left out where nobody asked for it', () => {
    const bare = { ...MANAGEMENT, scopeLocal: false, clearKeyOnDemount: false };
    expect([...list(ENABLE, {}, bare).subarray(4, 6)]).toEqual([0x40, 0]);
  });

  it('an identifier is needed to encrypt, and has to fit', () => {
    expect(() => list({ key: KEY })).toThrow(InvalidArgumentError);
    expect(() => list({ key: KEY, keyId: ' ' })).toThrow(InvalidArgumentError);
  });
});

describe('the algorithm', () => {
  const gcm = { ...MHVTL, index: 4 };
  const ccm = { ...MHVTL, index: 1, algorithm: 0x00010010 };
  const needs = { encrypts: true, decrypts: true };
  it('is AES-256-GCM by its code, whatever its index and place', () => {
    expect(chooseAlgorithm([ccm, gcm], needs, DETAILS).index).toBe(4);
    expect(chooseAlgorithm([gcm, ccm], needs, DETAILS).index).toBe(4);
    expect(chooseAlgorithm([ccm], needs, DETAILS).index).toBe(1);
    expect(chooseAlgorithm([ccm, gcm], { ...needs, index: 1 }, DETAILS).index).toBe(1);
  });

  it.each<[string, Partial<EncryptionAlgorithm>]>([
    ['not for the cartridge', { validForMountedVolume: false }],
    ['of 128 bits', { keySize: 16 }],
    ['that only a library may use', { encrypt: 3 }],
    ['that cannot encrypt', { encrypt: 0 }],
    ['that cannot decrypt', { decrypt: 0 }],
    ['that nobody knows', { algorithm: 0x80010000 }],
  ])('%s is none, and the error lists what there is', (_what, change) => {
    expect(() => chooseAlgorithm([{ ...gcm, ...change }], needs, DETAILS)).toThrow(EncryptionError);
    expect(() => chooseAlgorithm([{ ...gcm, ...change }], needs, DETAILS)).toThrow(/it has: 4 /);
    expect(() => chooseAlgorithm([], needs, DETAILS)).toThrow(/it has: none/);
  });
});

describe('keys and names', () => {
  it('takes a KeyObject or 32 bytes', () => {
    expect(withKeyBytes(createSecretKey(KEY), (bytes) => Buffer.from(bytes))).toEqual(Buffer.from(KEY));
    expect(withKeyBytes(KEY, (bytes) => bytes)).toBe(KEY);
    const { privateKey } = generateKeyPairSync('ed25519');
    for (const key of [KEY.subarray(1), createSecretKey(KEY.subarray(1)), privateKey]) {
      expect(() => withKeyBytes(key, () => undefined)).toThrow(InvalidArgumentError);
    }
  });

  it('wipes its copy of a KeyObject, also when something goes wrong', () => {
    const copies: Uint8Array[] = [];
    const keep = (bytes: Uint8Array) => copies.push(bytes);
    withKeyBytes(createSecretKey(KEY), keep);
    expect(() =>
      withKeyBytes(createSecretKey(KEY), (bytes) => {
        keep(bytes);
        throw new Error('no');
      }),
    ).toThrow('no');
    for (const copy of copies) expect(copy.every((byte) => byte === 0)).toBe(true);
  });

  it.each<[string | undefined, readonly [number, string][]]>([
    [
      'u',
      [
        [0, 'u'],
        [1, 'a'],
      ],
    ],
    ['a', [[1, 'a']]],
    ['padded', [[0, 'padded  \0\0']]],
    [
      'a',
      [
        [0, '\x01\x02'],
        [1, 'a'],
      ],
    ],
    [undefined, [[3, 'metadata']]],
    [undefined, []],
  ])('the name %j is found', (name, kads) => {
    expect(keyIdIn(kads.map(([type, text]) => ({ type, authenticated: 0, data: Buffer.from(text) })))).toBe(name);
  });
});
