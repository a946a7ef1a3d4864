export const ENCRYPTION_MODE = { disable: 0, external: 1, encrypt: 2 } as const;
/** `mixed` decrypts encrypted blocks and reads plain ones. */
export const DECRYPTION_MODE = { disable: 0, raw: 1, decrypt: 2, mixed: 3 } as const;
