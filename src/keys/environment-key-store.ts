import type { KeyObject } from 'node:crypto';
import { requireRecord } from '../arguments/options.js';
import { KeyStoreError } from '../errors/index.js';
import { keyFromHex } from './hex-key.js';
import { type KeyCandidate, type KeyStore, requireKeyId } from './key-store.js';

const PREFIX = 'LTO_KEY_';

/**
 * Keys in environment variables: the key `offsite` is in `LTO_KEY_offsite`, 64 hexadecimal digits. The identifier is
 * part of the name unchanged, so no two share a variable; an identifier with `=` cannot have one.
 *
 * Anyone who may read `/proc/<pid>/environ` can read the keys, and every child process inherits them.
 */
export class EnvironmentKeyStore implements KeyStore {
  readonly #environment: Readonly<Record<string, string | undefined>>;

  /** @param environment Default: the environment of the process, read again for every key. */
  constructor(environment: Readonly<Record<string, string | undefined>> = process.env) {
    requireRecord('the environment', environment, { operation: 'key' });
    this.#environment = environment;
  }

  /** Rejects with KeyStoreError when one of the variables does not hold a key. */
  async candidates(): Promise<readonly KeyCandidate[]> {
    const found: KeyCandidate[] = [];
    for (const name of Object.keys(this.#environment).filter((each) => each.startsWith(PREFIX))) {
      const id = name.slice(PREFIX.length);
      const key = await this.get(id);
      if (key !== undefined) found.push({ id, key });
    }
    return found;
  }

  /** Rejects with KeyStoreError when the variable does not hold a key. */
  async get(id: string): Promise<KeyObject | undefined> {
    const name = `${PREFIX}${requireKeyId(id)}`;
    const value = this.#environment[name];
    if (value === undefined) return undefined;
    const digits = Buffer.from(value, 'utf8');
    try {
      return keyFromHex(digits);
    } catch {
      throw new KeyStoreError(`the environment variable ${name} holds no key`, {
        reason: 'malformed',
        next: 'Set it to 64 hexadecimal digits',
      });
    } finally {
      digits.fill(0);
    }
  }
}
