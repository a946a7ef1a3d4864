import { MalformedResponseError } from '../../../errors/index.js';
import type { EncryptionStatus, NextBlock } from '../../../tape/encryption/pages.js';
import type { TapeDrive } from '../../../tape/tape-drive.js';
import type { Fact } from '../table.js';

/** The drive's settings; undefined if it cannot encrypt, or if its reply violates the standard. */
export async function encryptionStatus({ encryption }: TapeDrive): Promise<EncryptionStatus | undefined> {
  return encryption.status().catch((error: unknown) => {
    if (error instanceof MalformedResponseError) return undefined;
    throw error;
  });
}

const CONTROL: Readonly<Record<EncryptionStatus['controlledBy'], string | undefined>> = {
  host: 'hosts',
  drive: 'the drive itself',
  library: 'the library, not hosts',
  'not told': undefined,
  unknown: 'unknown',
};

export function encryptionFacts(status: EncryptionStatus): Fact[] {
  const { encryption, decryption, keyId, controlledBy, volumeContainsEncryptedBlocks } = status;
  return [
    ['encryption', encryption === 'encrypt' ? 'on' : encryption],
    [
      'decryption',
      decryption === 'mixed' ? 'on, plain data is read too' : decryption === 'decrypt' ? 'on' : decryption,
    ],
    ['key', keyId],
    ['keys are set by', CONTROL[controlledBy]],
    ['encrypted data on the tape', volumeContainsEncryptedBlocks ? 'yes' : undefined],
  ];
}

/** Encryption of the block at the current position. */
export function nextBlockText({ encryption, keyId }: NextBlock): string {
  return keyId === undefined ? encryption : `${encryption}: encrypted with the key ${JSON.stringify(keyId)}`;
}
