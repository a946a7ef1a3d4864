import { DECRYPTION_MODE, ENCRYPTION_MODE } from '../../scsi/security/modes.js';

/** Encryption mode for writing and decryption mode for reading. */
export const ENCRYPTION_MODES = {
  /** Written encrypted; plain blocks are refused when read. */
  encrypt: { encryptionMode: ENCRYPTION_MODE.encrypt, decryptionMode: DECRYPTION_MODE.decrypt },
  /** Written encrypted; plain blocks are read too. */
  mixed: { encryptionMode: ENCRYPTION_MODE.encrypt, decryptionMode: DECRYPTION_MODE.mixed },
  /** Written plain; plain blocks are refused when read. */
  decrypt: { encryptionMode: ENCRYPTION_MODE.disable, decryptionMode: DECRYPTION_MODE.decrypt },
  /** Written plain; plain and encrypted blocks are read. */
  'decrypt-mixed': { encryptionMode: ENCRYPTION_MODE.disable, decryptionMode: DECRYPTION_MODE.mixed },
  /** Written plain; encrypted blocks are read as they are on tape. Takes no key. */
  raw: { encryptionMode: ENCRYPTION_MODE.disable, decryptionMode: DECRYPTION_MODE.raw },
} as const;

export type EncryptionModeName = keyof typeof ENCRYPTION_MODES;
