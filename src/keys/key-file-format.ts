/** Bytes of the salt of scrypt. */
export const SALT_LENGTH = 32;
/** Bytes of the nonce and of the tag of AES-GCM. */
export const NONCE_LENGTH = 12;
export const TAG_LENGTH = 16;
/** log2 of the CPU and memory cost N of scrypt: 14 takes 16 MiB, 17 takes 128 MiB, 20 takes 1 GiB. */
export const COST = { least: 14, usual: 17, most: 20 } as const;

export const LATEST_VERSION = 1;

/** What can be read of a key in the file without the passphrase. */
export interface KeyEntry {
  readonly id: string;
  /** Time at which it was added. */
  readonly created: string;
}

/** The file as it is on disk; binary values in base64. See docs/keys.md. */
export interface KeyFile {
  readonly format: 'node-lto keystore';
  readonly version: typeof LATEST_VERSION;
  readonly kdf: {
    readonly algorithm: 'scrypt';
    readonly cost: number;
    readonly blockSize: 8;
    readonly parallelization: 1;
    readonly salt: string;
  };
  readonly cipher: { readonly algorithm: 'aes-256-gcm'; readonly nonce: string; readonly tag: string };
  readonly keys: readonly KeyEntry[];
  /** The keys, 32 bytes each, in the order of `keys`, encrypted as a whole. */
  readonly wrapped: string;
}

export function encodeKeyFile(file: KeyFile): Buffer {
  return Buffer.from(`${JSON.stringify(file, undefined, 2)}\n`);
}

/**
 * The additional data of AES-GCM: everything in the file but the wrapped keys and the tag. So no key can be renamed or
 * removed without the passphrase.
 */
export function associatedData({ format, version, kdf, cipher, keys }: KeyFile): Buffer {
  return Buffer.from(
    JSON.stringify([
      [format, version],
      [kdf.algorithm, kdf.cost, kdf.blockSize, kdf.parallelization, kdf.salt],
      [cipher.algorithm, cipher.nonce],
      keys.map(({ id, created }) => [id, created]),
    ]),
  );
}
