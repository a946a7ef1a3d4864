import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError, KeyStoreError } from '../../src/errors/index.js';
import {
  CallbackKeyStore,
  EnvironmentKeyStore,
  generateKey,
  KeyStoreChain,
  keyFingerprint,
  keyFromBytes,
  MemoryKeyStore,
} from '../../src/index.js';
import { expectSilent, testKey, traces } from './support.js';

const KEY = testKey(7);
const OTHER = testKey(8);
const HEX = '07'.repeat(32);

describe('keys', () => {
  it('have 256 bits, and their bytes are wiped once they are taken over', () => {
    const bytes = Buffer.alloc(32, 7);
    expect(keyFromBytes(bytes).equals(KEY)).toBe(true);
    expect(bytes.equals(Buffer.alloc(32))).toBe(true);
    const short = Buffer.alloc(16, 7);
    expect(() => keyFromBytes(short)).toThrow(/256 bits, this one 128/);
    expect(short.equals(Buffer.alloc(16))).toBe(true);
  });

  it('are random, each another', () => {
    const made = Array.from({ length: 20 }, () => keyFingerprint(generateKey()));
    expect(new Set(made).size).toBe(20);
  });

  it('are compared by a fingerprint', () => {
    // printf 'node-lto key fingerprint v1\0' plus 32 bytes of 07, through sha256sum
    expect(keyFingerprint(KEY)).toBe('99b1:ab67:3712:db0c');
    expect(keyFingerprint(OTHER)).not.toBe(keyFingerprint(KEY));
  });
});

describe('the store in memory', () => {
  it('gives what was put, replaces nothing, forgets what is deleted', async () => {
    const store = new MemoryKeyStore([['a', KEY]]);
    store.put('b', OTHER);
    expect([await store.get('a'), await store.get('b'), await store.get('c')]).toEqual([KEY, OTHER, undefined]);
    expect(() => store.put('a', OTHER)).toThrow(KeyStoreError);
    expect([store.delete('a'), store.delete('a'), await store.get('a')]).toEqual([true, false, undefined]);
  });

  it('takes no key that a drive could not', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    expect(() => new MemoryKeyStore([['a', publicKey]])).toThrow(InvalidArgumentError);
    expect(() => new MemoryKeyStore([['ä', KEY]])).toThrow(InvalidArgumentError);
  });
});

describe('the store in the environment', () => {
  it('takes the identifier as it is for the name of the variable', async () => {
    const environment: Record<string, string> = { LTO_KEY_offsite: HEX, 'LTO_KEY_a b': '08'.repeat(32).toUpperCase() };
    const store = new EnvironmentKeyStore(environment);
    expect((await store.get('offsite'))?.equals(KEY)).toBe(true);
    expect((await store.get('a b'))?.equals(OTHER)).toBe(true);
    expect([await store.get('OFFSITE'), await store.get('a_b')]).toEqual([undefined, undefined]);
    environment.LTO_KEY_late = HEX;
    expect((await store.get('late'))?.equals(KEY)).toBe(true);
  });

  it('is that of the process by default', async () => {
    process.env.LTO_KEY_test = HEX;
    try {
      expect((await new EnvironmentKeyStore().get('test'))?.equals(KEY)).toBe(true);
    } finally {
      delete process.env.LTO_KEY_test;
    }
  });

  it.each(['', HEX.slice(2), `${HEX}07`, `${HEX.slice(1)}g`, `0x${HEX.slice(2)}`, ` ${HEX}`])(
    'refuses a value that is no key, and repeats nothing of it (%#)',
    async (value) => {
      const error: unknown = await new EnvironmentKeyStore({ LTO_KEY_a: value }).get('a').catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'LTO_KEY_STORE', reason: 'malformed' });
      expect(String(error)).toContain('LTO_KEY_a');
      expectSilent(error, ['0707']);
    },
  );
});

describe('the store of a service', () => {
  it('takes keys, or bytes, which are wiped', async () => {
    const bytes = Buffer.alloc(32, 7);
    const answers: Record<string, KeyObject | Uint8Array> = { key: KEY, bytes };
    const store = new CallbackKeyStore(async (id) => answers[id]);
    expect(await store.get('key')).toBe(KEY);
    expect((await store.get('bytes'))?.equals(KEY)).toBe(true);
    expect(bytes.equals(Buffer.alloc(32))).toBe(true);
    expect(await store.get('none')).toBeUndefined();
  });

  it('makes one typed error of every failure, and repeats nothing of it', async () => {
    const failures: (() => never | Uint8Array)[] = [
      () => {
        throw new Error(`the vault says ${HEX}`);
      },
      () => Buffer.alloc(16, 7),
    ];
    for (const fail of failures) {
      const error: unknown = await new CallbackKeyStore(fail).get('a').catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'LTO_KEY_STORE', reason: 'failed', cause: expect.any(Error) });
      for (const text of [String(error), JSON.stringify(error)]) expect(text).not.toContain('0707');
    }
  });
});

describe('a chain of stores', () => {
  const failing = new CallbackKeyStore(() => {
    throw new Error('down');
  });

  it('asks one after the other until one has the key', async () => {
    const chain = new KeyStoreChain(new MemoryKeyStore(), new MemoryKeyStore([['a', KEY]]), failing);
    expect(await chain.get('a')).toBe(KEY);
    expect(await new KeyStoreChain(new MemoryKeyStore()).get('a')).toBeUndefined();
  });

  it('does not go on past one that fails', async () => {
    const chain = new KeyStoreChain(failing, new MemoryKeyStore([['a', KEY]]));
    await expect(chain.get('a')).rejects.toThrow(KeyStoreError);
  });
});

it('no store shows a key when it is printed', () => {
  const stores = [
    new MemoryKeyStore([['a', KEY]]),
    new EnvironmentKeyStore({ LTO_KEY_a: HEX }),
    new CallbackKeyStore(() => KEY),
    new KeyStoreChain(new MemoryKeyStore([['a', KEY]])),
  ];
  for (const store of stores) expectSilent(store, traces(KEY));
});
