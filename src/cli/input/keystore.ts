import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { FileKeyStore, noKeystore } from '../../keys/file-key-store.js';
import { readPrivateFile } from '../../keys/private-file.js';
import type { CommonOptions } from '../run/action.js';
import { readPassphrase } from './secrets.js';

/** As `keystoreFlags` gives them. */
export interface KeystoreOptions extends CommonOptions {
  readonly keystore?: string;
  readonly passphraseFile?: string;
}

/** Where the keystore is: the option, `LTO_KEYSTORE`, or the folder for data of the XDG base directories. */
function keystorePath({ keystore }: KeystoreOptions): string {
  return keystore ?? (process.env.LTO_KEYSTORE || defaultKeystore());
}

/**
 * The keystore with its passphrase, which is asked for on a terminal: twice when the file is to be made. Rejects with
 * KeyStoreError before anything is asked when the file is not there and not to be made, or open to others.
 */
export async function openKeystore(options: KeystoreOptions, create = false): Promise<FileKeyStore> {
  const path = keystorePath(options);
  const isNew = (await readPrivateFile(path)).content === undefined;
  if (isNew && !create) throw noKeystore(path);
  const question = isNew ? `New passphrase for ${path}` : `Passphrase of ${path}`;
  return new FileKeyStore(path, { passphrase: await readPassphrase(passphraseFileOf(options), question, isNew) });
}

/** The file of the passphrase, if one is named. */
export function passphraseFileOf({ passphraseFile }: KeystoreOptions): string | undefined {
  return passphraseFile ?? (process.env.LTO_KEYSTORE_PASSPHRASE_FILE || undefined);
}

function defaultKeystore(): string {
  // By the specification a relative path counts as none.
  const { XDG_DATA_HOME: folder = '' } = process.env;
  return join(isAbsolute(folder) ? folder : join(homedir(), '.local', 'share'), 'lto', 'keystore.json');
}
