import { DECRYPTION_MODE, ENCRYPTION_MODE } from '../../../scsi/index.js';
import {
  ENVELOPE_BYTES,
  envelopeKind,
  isKeyOf,
  marksOf,
  seal,
  unseal,
  wrapPlain,
} from '../../cartridge/block-envelope.js';
import type { Drive } from '../../drive/drive.js';
import type { EncryptionParameters } from '../../drive/drive-encryption.js';
import { CheckCondition, residual, sense } from '../../unit/check-condition.js';
import type { Nexus } from '../../unit/nexus.js';

// Reading and writing with keys (SSC-5 4.2.22). A refused block stays the next one.

/** A logical block, as visible to an initiator. */
export interface Block {
  readonly length: number;
  /** Copies the first bytes of it into memory that has room for no more than `length`. */
  readonly fill: (data: Uint8Array) => Promise<void>;
}

/** The record in the image, from byte `skip` on. */
export function recorded({ image, position }: Drive, length: number, skip = 0): Block {
  return { length, fill: (data) => image.read(position.object, data, skip) };
}

/** LOCK: throws CheckCondition if the parameters differ from those that the nexus is locked to. */
export function requireKeyInstance({ encryption }: Drive, nexus: Nexus): void {
  if (encryption.isLockedOut(nexus)) throw new CheckCondition(sense('7/2a/13'));
}

/** Throws CheckCondition for a plain block if only encrypted ones are allowed. */
export function requirePlainAllowed({ encryption }: Drive, nexus: Nexus, left: number, done?: Uint8Array): void {
  const { decryptionMode } = encryption.parametersOf(nexus);
  if (decryptionMode === DECRYPTION_MODE.decrypt) throw new CheckCondition(sense('7/74/02', residual(left)), done);
}

/** The next encrypted record of `length` bytes: decrypted, or unchanged in raw mode. */
export async function encryptedBlock(
  drive: Drive,
  nexus: Nexus,
  length: number,
  left: number,
  done?: Uint8Array,
): Promise<Block> {
  const refuse = (codes: string) => new CheckCondition(sense(codes, residual(left)), done);
  const { decryptionMode, key } = drive.encryption.parametersOf(nexus);
  if (decryptionMode === DECRYPTION_MODE.disable) throw refuse('7/74/01');
  const bytes = Buffer.allocUnsafeSlow(length);
  await drive.image.read(drive.position.object, bytes);
  if (decryptionMode === DECRYPTION_MODE.raw) {
    if (!marksOf(bytes)?.rawReadable) throw refuse('7/74/0a');
    return held(bytes);
  }
  if (!isKeyOf(bytes, key)) throw refuse('7/74/03');
  const block = unseal(bytes, key);
  if (block === undefined) throw refuse('7/74/04');
  return held(block);
}

function held(bytes: Buffer): Block {
  return {
    length: bytes.length,
    fill: async (data) => {
      bytes.copy(data);
    },
  };
}

/** How blocks are currently recorded. */
export interface Recording {
  /** Bytes that a record is longer than its block. */
  readonly overhead: number;
  readonly record: (block: Uint8Array) => Uint8Array;
}

export function recordingFor({ encryption }: Drive, nexus: Nexus): Recording {
  const parameters = encryption.parametersOf(nexus);
  return parameters.encryptionMode === ENCRYPTION_MODE.encrypt ? encrypting(parameters) : PLAIN;
}

function encrypting(parameters: EncryptionParameters): Recording {
  return { overhead: ENVELOPE_BYTES, record: (block) => seal(block, parameters.key, parameters) };
}

const PLAIN: Recording = {
  overhead: 0,
  record: (block) => (envelopeKind(block) === undefined ? block : wrapPlain(block)),
};
