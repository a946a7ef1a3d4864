import { EncryptionError, EncryptionKeyError } from '../../errors/index.js';
import type { ProviderConfiguration } from './configuration-schema.js';
import type { DriveOwner } from './drive-owner.js';
import type { Session } from './session.js';

/**
 * Makes the drive encrypt with the configured key, or not at all, and confirms it by the drive's status. Resolves with
 * the identifier of the key. Rejects with EncryptionKeyError if there is no such key, and with EncryptionError.
 */
export async function setEncryption(session: Session): Promise<string | undefined> {
  session.throwIfAborted();
  const { drive, configuration, keyStore } = session;
  const { encryptionKeyId: keyId } = configuration;
  if (keyId === undefined) {
    await ensurePlain(session);
    return undefined;
  }
  const key = await keyStore?.get(keyId);
  if (key === undefined) {
    const where = keyStore === undefined ? 'no key store was given' : 'the key store has no such key';
    throw new EncryptionKeyError(`the configuration requires the key ${JSON.stringify(keyId)}, but ${where}`, {
      device: drive.device,
      operation: 'prepare',
      keyId,
      next: 'No data is written unencrypted while a key is configured: give the provider a `keyStore` that has it',
    });
  }
  await drive.encryption.enable({ key, keyId });
  return keyId;
}

/**
 * As `setEncryption`, for a prepared drive: the key is set again only if another job of this process changed it.
 * Rejects with EncryptionError if the drive lost it: the cartridge must then be prepared again.
 */
export async function keepEncryption(session: Session): Promise<void> {
  const { configuration, drive } = session;
  const { encryption } = drive;
  const lost = encryption.asked && !encryption.replacedForReading && encryption.provenKeyId === undefined;
  const isSet = encryption.provenKeyId !== undefined && encryption.provenKeyId === configuration.encryptionKeyId;
  if (configuration.encryptionKeyId !== undefined && (lost || isSet)) return encryption.confirm();
  await setEncryption(session);
}

/**
 * Ensures that written data is readable without a key: another program's key may still be in the drive. If a library
 * sets the keys, hosts cannot switch them off, and nothing is written.
 */
export async function ensurePlain({ drive }: Session): Promise<void> {
  const status = await drive.encryption.status();
  const encrypts = status !== undefined && status.encryption !== 'off';
  if (encrypts && status.controlledBy === 'library') {
    throw new EncryptionError('the library has set a key, and what is written would be encrypted with it', {
      device: drive.device,
      operation: 'write',
      next: 'Nothing was written: switch encryption by the library off for this drive, or let hosts set the keys',
    });
  }
  if (encrypts || drive.encryption.asked) await drive.encryption.disable();
}

/** For the other providers of the drive, which would write with the key; closing the drive clears it anyway. */
export async function clearKey(owner: DriveOwner, { encryptionKeyId }: ProviderConfiguration): Promise<void> {
  const { encryption } = owner.drive;
  if (encryptionKeyId === undefined || encryption.provenKeyId !== encryptionKeyId) return;
  if (owner.job === undefined) await owner.run('closing', () => encryption.disable());
}
