import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * An encrypted block is an ordinary record of the image, so that any reader of `.tap` images can skip it. Its data
 * begins with this envelope. A plain block that happens to begin with the same bytes gets an envelope too, so that no
 * data can be mistaken for an encrypted block.
 *
 *  0-14  the text NODE-LTO BLOCK1     15      kind: 1 encrypted, 2 plain
 * 16     KAD format                   17      bit 0: may be read raw
 * 18, 19 lengths of U-KAD and A-KAD   20-23   zero
 * 24-55  U-KAD                        56-67   A-KAD
 * 68-79  nonce                        80-95   tag
 * 96-127 check value of the key
 *
 * AES-256-GCM over the block, with bytes 0 to 19 and the A-KAD as additional data. The check value is an HMAC-SHA-256
 * of the nonce: it distinguishes a wrong key from a damaged block and reveals nothing about the key.
 */
export const ENVELOPE_BYTES = 128;
/** Bytes that mark an envelope and its kind. */
export const MARK_BYTES = 16;
export const LONGEST_UNAUTHENTICATED_KAD = 32;
export const LONGEST_AUTHENTICATED_KAD = 12;

const MARK = Buffer.from('NODE-LTO BLOCK1');
const KIND = { encrypted: 1, plain: 2 } as const;
const AT = {
  kind: 15,
  kadFormat: 16,
  flags: 17,
  unauthenticatedLength: 18,
  authenticatedLength: 19,
  unauthenticated: 24,
  authenticated: 56,
  nonce: 68,
  tag: 80,
  check: 96,
} as const;
const ADDITIONAL_BYTES = 20;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CHECK_BYTES = 32;
const RAW_READABLE = 1;
const CIPHER = 'aes-256-gcm';

/** What is recorded with each encrypted block. */
export interface BlockMarks {
  /** One of `KAD_FORMAT`. */
  readonly kadFormat: number;
  readonly unauthenticated: Uint8Array | undefined;
  readonly authenticated: Uint8Array | undefined;
  /** The block may be read in raw mode. */
  readonly rawReadable: boolean;
}

/** The kind of envelope that a record begins with, if any. `data`: its first bytes; `length`: its full length. */
export function envelopeKind(data: Uint8Array, length = data.length): keyof typeof KIND | undefined {
  if (length < ENVELOPE_BYTES || !MARK.equals(data.subarray(0, MARK.length))) return undefined;
  if (data[AT.kind] === KIND.encrypted) return 'encrypted';
  return data[AT.kind] === KIND.plain ? 'plain' : undefined;
}

/** Puts a plain block in an envelope; needed if its data could be mistaken for one. */
export function wrapPlain(block: Uint8Array): Buffer {
  return Buffer.concat([envelope(KIND.plain), block]);
}

/** Encrypts a block for recording: under `key`, 32 bytes, with a new nonce. */
export function seal(block: Uint8Array, key: Uint8Array, marks: BlockMarks): Buffer {
  const head = envelope(KIND.encrypted);
  const { unauthenticated, authenticated } = marks;
  head[AT.kadFormat] = marks.kadFormat;
  head[AT.flags] = marks.rawReadable ? RAW_READABLE : 0;
  putKad(head, unauthenticated, AT.unauthenticatedLength, AT.unauthenticated);
  putKad(head, authenticated, AT.authenticatedLength, AT.authenticated);
  const nonce = randomBytes(NONCE_BYTES);
  nonce.copy(head, AT.nonce);
  checkValue(key, nonce).copy(head, AT.check);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(additionalData(head));
  const sealed = Buffer.concat([head, cipher.update(block), cipher.final()]);
  cipher.getAuthTag().copy(sealed, AT.tag);
  return sealed;
}

/** The marks in the envelope of an encrypted block; undefined if their lengths are invalid. */
export function marksOf(head: Uint8Array): BlockMarks | undefined {
  const unauthenticatedLength = head[AT.unauthenticatedLength] ?? 0;
  const authenticatedLength = head[AT.authenticatedLength] ?? 0;
  if (unauthenticatedLength > LONGEST_UNAUTHENTICATED_KAD || authenticatedLength > LONGEST_AUTHENTICATED_KAD) {
    return undefined;
  }
  return {
    kadFormat: head[AT.kadFormat] ?? 0,
    unauthenticated: kadAt(head, AT.unauthenticated, unauthenticatedLength),
    authenticated: kadAt(head, AT.authenticated, authenticatedLength),
    rawReadable: ((head[AT.flags] ?? 0) & RAW_READABLE) !== 0,
  };
}

/** Whether this key encrypted the block with that envelope. */
export function isKeyOf(head: Uint8Array, key: Uint8Array): boolean {
  const nonce = head.subarray(AT.nonce, AT.nonce + NONCE_BYTES);
  return timingSafeEqual(checkValue(key, nonce), head.subarray(AT.check, AT.check + CHECK_BYTES));
}

/** Decrypts a recorded block; undefined if it is not as it was written. */
export function unseal(recorded: Uint8Array, key: Uint8Array): Buffer | undefined {
  const head = recorded.subarray(0, ENVELOPE_BYTES);
  const decipher = createDecipheriv(CIPHER, key, head.subarray(AT.nonce, AT.nonce + NONCE_BYTES))
    .setAAD(additionalData(head))
    .setAuthTag(head.subarray(AT.tag, AT.tag + TAG_BYTES));
  const block = decipher.update(recorded.subarray(ENVELOPE_BYTES));
  try {
    decipher.final();
    return block;
  } catch {
    return undefined;
  }
}

function envelope(kind: number): Buffer {
  const head = Buffer.alloc(ENVELOPE_BYTES);
  MARK.copy(head);
  head[AT.kind] = kind;
  return head;
}

function putKad(head: Buffer, kad: Uint8Array | undefined, lengthAt: number, at: number): void {
  head[lengthAt] = kad?.length ?? 0;
  if (kad) head.set(kad, at);
}

function kadAt(head: Uint8Array, at: number, length: number): Uint8Array | undefined {
  return length === 0 ? undefined : Uint8Array.from(head.subarray(at, at + length));
}

function additionalData(head: Uint8Array): Buffer {
  const kad = head.subarray(AT.authenticated, AT.authenticated + LONGEST_AUTHENTICATED_KAD);
  return Buffer.concat([head.subarray(0, ADDITIONAL_BYTES), kad]);
}

function checkValue(key: Uint8Array, nonce: Uint8Array): Buffer {
  return createHmac('sha256', key).update('node-lto key check').update(nonce).digest();
}
