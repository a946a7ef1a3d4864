import type { KeyObject } from 'node:crypto';
import { InvalidArgumentError, KeyStoreError } from '../../../errors/index.js';
import { generateKey, keyFingerprint } from '../../../keys/data-key.js';
import type { FileKeyStore } from '../../../keys/file-key-store.js';
import type { KeyEntry } from '../../../keys/key-file-format.js';
import { requireKeyId } from '../../../keys/key-store.js';
import { createPrivateFile } from '../../../keys/private-file.js';
import { decodeStencFile, encodeStencFile, type StencKey } from '../../../keys/stenc-file.js';
import { type KeystoreOptions, openKeystore, passphraseFileOf } from '../../input/keystore.js';
import { askNewSecret, hasTerminal } from '../../input/prompt.js';
import { readPassphrase, readSecret } from '../../input/secrets.js';
import { print, requireOpen } from '../../output/standard-output.js';
import { facts, table } from '../../output/table.js';
import { visible } from '../../output/terminal.js';

interface ImportOptions extends KeystoreOptions {
  readonly file?: string;
}

interface ExportOptions extends KeystoreOptions {
  readonly output: string;
}

interface DeleteOptions extends KeystoreOptions {
  readonly yes?: boolean;
}

interface PassphraseOptions extends KeystoreOptions {
  readonly newPassphraseFile?: string;
}

export async function generate(options: KeystoreOptions, id: string) {
  requireKeyId(id);
  return add(await openKeystore(options, true), id, generateKey());
}

export async function importKey(options: ImportOptions, named?: string) {
  if (named !== undefined) requireKeyId(named);
  // Said before the key is read: what stdin has then may be the passphrase.
  if (options.file === '-' && passphraseFileOf(options) === '-') {
    throw new InvalidArgumentError('stdin cannot give both the key and the passphrase', {
      next: 'Name a file for one of the two',
    });
  }
  const { key, description } = await readKey(options.file);
  const id = named ?? description;
  if (id === undefined) {
    throw new InvalidArgumentError('the key has no name', { next: 'Give one after `import`: the file holds none' });
  }
  requireKeyId(id);
  return add(await openKeystore(options, true), id, key);
}

async function readKey(file: string | undefined): Promise<StencKey> {
  if (file === undefined && !hasTerminal()) {
    throw new InvalidArgumentError('there is no terminal to ask for the key', {
      next: 'Name a file that holds it with --file, or - for stdin',
    });
  }
  const content = await (file === undefined ? askNewSecret('Key, 64 hexadecimal digits') : readSecret(file, 'the key'));
  try {
    return decodeStencFile(content);
  } finally {
    content.fill(0);
  }
}

async function add(store: FileKeyStore, id: string, key: KeyObject) {
  const entry = describe(await store.put(id, key), key);
  return {
    document: { keystore: store.path, ...entry },
    text: facts([
      ['key', entry.id],
      ['fingerprint', entry.fingerprint],
      ['keystore', store.path],
    ]),
  };
}

export async function list(options: KeystoreOptions) {
  const store = await openKeystore(options);
  const keys = (await store.list()).map((stored) => describe(stored, stored.key));
  const rows = keys.map(({ id, fingerprint, created }) => [id, fingerprint, created]);
  return {
    document: { keystore: store.path, keys },
    text: rows.length > 0 ? table(['KEY', 'FINGERPRINT', 'SINCE'], rows) : `${visible(store.path)} holds no keys`,
  };
}

/** The facts of a key that may be shown. */
function describe({ id, created }: KeyEntry, key: KeyObject) {
  return { id, fingerprint: keyFingerprint(key), created };
}

export async function exportKey(options: ExportOptions, id: string) {
  const { output, json } = options;
  if (output === '-' && json) throw new InvalidArgumentError('stdout cannot take both the key and a document');
  if (output === '-') requireOpen();
  const store = await openKeystore(options);
  const key = await store.get(id);
  if (key === undefined) throw noSuchKey(store, id);
  const content = encodeStencFile({ key, description: id });
  try {
    await (output === '-' ? print(content) : createNew(output, content));
  } finally {
    content.fill(0);
  }
  const fingerprint = keyFingerprint(key);
  const text = facts([
    ['key', id],
    ['fingerprint', fingerprint],
    ['unprotected in', output === '-' ? 'stdout' : output],
  ]);
  return { document: { keystore: store.path, id, fingerprint, output }, text, textTo: process.stderr };
}

async function createNew(path: string, content: Uint8Array): Promise<void> {
  await createPrivateFile(path, content).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    throw new InvalidArgumentError(`${path} exists`, {
      next: 'Choose another name: an existing file is never replaced by a key',
    });
  });
}

export async function deleteKey(options: DeleteOptions, id: string) {
  requireKeyId(id);
  if (!options.yes) {
    throw new InvalidArgumentError('deleting a key also loses all data that only it can decrypt', {
      next: 'Confirm with --yes; `lto key export` keeps a copy',
    });
  }
  const store = await openKeystore(options);
  if (!(await store.delete(id))) throw noSuchKey(store, id);
  return {
    document: { keystore: store.path, id, deleted: true },
    text: `${id} is deleted from ${visible(store.path)}`,
  };
}

export async function changePassphrase(options: PassphraseOptions) {
  const { newPassphraseFile } = options;
  const store = await openKeystore(options);
  // A wrong passphrase is reported before a new one is requested.
  await store.list();
  await store.changePassphrase(await readPassphrase(newPassphraseFile, `New passphrase for ${store.path}`, true));
  return {
    document: { keystore: store.path, passphraseChanged: true },
    text: `${visible(store.path)} has a new passphrase`,
  };
}

function noSuchKey(store: FileKeyStore, id: string): KeyStoreError {
  return new KeyStoreError(`${store.path} holds no key ${JSON.stringify(id)}`, {
    reason: 'missing',
    next: '`lto key list` shows the keys it holds',
  });
}
