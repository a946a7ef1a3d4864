import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { FileKeyStore, noKeystore } from '../../keys/file-key-store.js';
import { readPrivateFile } from '../../keys/private-file.js';
import type { CommonOptions } from '../run/action.js';
import { readPassphrase } from './secrets.js';

/** The options of `keystoreFlags`. */
export interface KeystoreOptions extends CommonOptions {
  readonly keystore?: string;
  readonly passphraseFile?: string;
}

/** Path of the keystore: the option, `LTO_KEYSTORE`, or the XDG data folder. */
function keystorePath({ keystore }: KeystoreOptions): string {
  return keystore ?? (process.env.LTO_KEYSTORE || defaultKeystore());
}

/**
 * Opens the keystore. The passphrase is requested on the terminal, twice for a new file. Rejects with KeyStoreError,
 * before any question, if the file is missing and `create` is false, or if others can access it.
 */
export async function openKeystore(options: KeystoreOptions, create = false): Promise<FileKeyStore> {
  const path = keystorePath(options);
  const isNew = (await readPrivateFile(path)).content === undefined;
  if (isNew && !create) throw noKeystore(path);
  const question = isNew ? `New passphrase for ${path}` : `Passphrase of ${path}`;
  return new FileKeyStore(path, { passphrase: await readPassphrase(passphraseFileOf(options), question, isNew) });
}

/** The passphrase file, if one is named. */
export function passphraseFileOf({ passphraseFile }: KeystoreOptions): string | undefined {
  return passphraseFile ?? (process.env.LTO_KEYSTORE_PASSPHRASE_FILE || undefined);
}

function defaultKeystore(): string {
  // The XDG specification says to ignore a relative path.
  const { XDG_DATA_HOME: folder = '' } = process.env;
  return join(isAbsolute(folder) ? folder : join(homedir(), '.local', 'share'), 'lto', 'keystore.json');
}
