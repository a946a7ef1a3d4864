import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type OptionNames, requireKnownNames } from '../arguments/option-names.js';
import { requireNonEmptyText, requireRecord } from '../arguments/options.js';
import { InvalidArgumentError, KeyStoreError } from '../errors/index.js';
import { type LockHolder, ProcessLock } from '../locks/process-lock.js';
import { requireDataKey } from './data-key.js';
import { COST, encodeKeyFile, type KeyEntry } from './key-file-format.js';
import { type KeyCandidate, type KeyStore, requireKeyId } from './key-store.js';
import { deriveWrappingKey, freshDerivation, type StoredKey, unwrapKeys, wrapKeys } from './key-wrapping.js';
import { keyExists } from './memory-key-store.js';
import { makePrivateFolder, type PrivateFile, readPrivateFile, replacePrivateFile } from './private-file.js';

export interface FileKeyStoreOptions {
  /** Bytes are wiped once they are copied. */
  readonly passphrase: string | Uint8Array;
  /**
   * log2 of scrypt's N for the next write: 14 to 20. Default: the value in the file, 17 for a new file (128 MiB, about
   * half a second).
   */
  readonly scryptCost?: number;
}

const OPTIONS: OptionNames<FileKeyStoreOptions> = { passphrase: true, scryptCost: true };

interface Unlocked {
  /** Hash of the file content that the keys come from. */
  readonly content: string;
  readonly keys: readonly StoredKey[];
  /** log2 of scrypt's N. */
  readonly cost: number;
}

/** How long a writer waits for others, ms. */
const PATIENCE = 30_000;

/**
 * Keys in a file, wrapped with a passphrase (docs/keys.md). Several processes may use it at a time. Each reads what
 * the others have written, and every write is atomic.
 *
 * All methods reject with KeyStoreError; see its `reason`.
 */
export class FileKeyStore implements KeyStore {
  readonly path: string;
  #passphrase: KeyObject;
  readonly #cost: number | undefined;
  #unlocked: Unlocked | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  /** Does not touch the file yet. Throws InvalidArgumentError for an empty passphrase or a cost out of range. */
  constructor(path: string, options: FileKeyStoreOptions) {
    requireNonEmptyText('path', path, { operation: 'key' });
    requireRecord('options', options, { operation: 'key' });
    requireKnownNames(options, OPTIONS, { operation: 'key' });
    const { passphrase, scryptCost } = options;
    requireCost(scryptCost);
    this.path = path;
    this.#cost = scryptCost;
    this.#passphrase = takePassphrase(passphrase);
  }

  async get(id: string): Promise<KeyObject | undefined> {
    requireKeyId(id);
    const keys = await this.list();
    return keys.find((entry) => entry.id === id)?.key;
  }

  /** Newest first. */
  async candidates(): Promise<readonly KeyCandidate[]> {
    return [...(await this.list())].reverse();
  }

  /** All keys, oldest first. */
  async list(): Promise<readonly StoredKey[]> {
    return (await this.#unlock(await readPrivateFile(this.path))).keys;
  }

  /** Adds a key; creates the file if there is none. Rejects if the identifier exists: a key is never replaced. */
  async put(id: string, key: KeyObject): Promise<KeyEntry> {
    const entry = { id: requireKeyId(id), created: new Date().toISOString() };
    requireDataKey(key);
    await makePrivateFolder(this.path);
    await this.#rewrite((keys) => {
      if (keys.some((existing) => existing.id === id)) throw keyExists(this.path, id);
      return [...keys, { ...entry, key }];
    }, true);
    return entry;
  }

  /** Deletes a key; resolves with whether there was one. Data encrypted with it can never be read again. */
  async delete(id: string): Promise<boolean> {
    requireKeyId(id);
    let found = false;
    await this.#rewrite((keys) => {
      const kept = keys.filter((existing) => existing.id !== id);
      found = kept.length < keys.length;
      return found ? kept : undefined;
    });
    return found;
  }

  /** Wraps all keys with a new passphrase. Existing copies of the file keep the old one. */
  async changePassphrase(passphrase: string | Uint8Array): Promise<void> {
    const fresh = takePassphrase(passphrase);
    await this.#rewrite((keys) => keys, false, fresh);
  }

  /** Replaces the keys with the result of `change`, under the lock of the file. Undefined: nothing is written. */
  #rewrite(
    change: (keys: readonly StoredKey[]) => readonly StoredKey[] | undefined,
    create = false,
    passphrase?: KeyObject,
  ): Promise<void> {
    const work = async () => {
      const { path } = await readPrivateFile(this.path);
      const lock = await lockFile(path);
      try {
        const file = await readPrivateFile(path);
        const isNew = create && file.content === undefined;
        const before = isNew ? { keys: [], cost: COST.usual } : await this.#unlock(file);
        const keys = change(before.keys);
        if (keys === undefined) return;
        const cost = this.#cost ?? before.cost;
        const kdf = freshDerivation(cost);
        const wrappingKey = await deriveWrappingKey(passphrase ?? this.#passphrase, kdf);
        const content = encodeKeyFile(wrapKeys(keys, kdf, wrappingKey));
        await replacePrivateFile(path, content);
        this.#unlocked = { content: digest(content), keys, cost };
        this.#passphrase = passphrase ?? this.#passphrase;
      } finally {
        await lock.release();
      }
    };
    const written = this.#writing.then(work);
    this.#writing = written.catch(() => undefined);
    return written;
  }

  /** Derives the wrapping key again only if the file has changed. */
  async #unlock({ path, content }: PrivateFile): Promise<Unlocked> {
    if (content === undefined) throw noKeystore(path);
    const known = digest(content);
    if (this.#unlocked?.content === known) return this.#unlocked;
    const { decodeKeyFile } = await import('./decode-key-file.js');
    const file = decodeKeyFile(content, path);
    const keys = unwrapKeys(file, await deriveWrappingKey(this.#passphrase, file.kdf), path);
    this.#unlocked = { content: known, keys, cost: file.kdf.cost };
    return this.#unlocked;
  }
}

function requireCost(cost: number | undefined): void {
  if (cost === undefined || (Number.isInteger(cost) && cost >= COST.least && cost <= COST.most)) return;
  throw new InvalidArgumentError(`the cost of scrypt is ${COST.least} to ${COST.most}, not ${cost}`);
}

function takePassphrase(passphrase: string | Uint8Array): KeyObject {
  const bytes = typeof passphrase === 'string' ? Buffer.from(passphrase, 'utf8') : passphrase;
  if (!(bytes instanceof Uint8Array)) {
    throw new InvalidArgumentError('a passphrase is text or bytes', {
      operation: 'key',
      next: 'Give a string or a Buffer',
    });
  }
  try {
    if (bytes.length === 0) throw new InvalidArgumentError('an empty passphrase protects nothing');
    return createSecretKey(bytes);
  } finally {
    bytes.fill(0);
  }
}

function digest(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

async function lockFile(path: string): Promise<ProcessLock> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const lock = await ProcessLock.acquire(dirname(path), `.${basename(path)}.`);
    if (lock instanceof ProcessLock) return lock;
    if (Date.now() >= end) throw busy(path, lock);
    // Random, so that waiting writers do not all retry at the same moment.
    await delay(20 + Math.random() * 80);
  }
}

function busy(path: string, { who, leftover }: LockHolder): KeyStoreError {
  return new KeyStoreError(`${who} has been writing ${path} for ${PATIENCE / 1000} s`, {
    reason: 'busy',
    next:
      leftover === undefined
        ? 'Try again'
        : `Try again; when that process is gone for good, remove the file ${leftover}`,
  });
}

export function noKeystore(path: string): KeyStoreError {
  return new KeyStoreError(`there is no keystore ${path}`, {
    reason: 'missing',
    next: 'Make one with `lto key generate` or `lto key import`, or name another',
  });
}
