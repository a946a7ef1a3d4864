import { EncryptionError, EncryptionKeyError, type LtoError, type LtoErrorDetails } from '../../errors/index.js';
import { type DataEncryptionStatus, DECRYPTION_MODE } from '../../scsi/security/index.js';
import { atExit } from '../port/at-exit.js';
import type { DrivePort } from '../port/drive-port.js';
import { readNextBlock, readParameters } from './pages.js';
import { type EncryptionProof, encryptionOf } from './session.js';
import { hasKad } from './set-key.js';

/**
 * Asks the drive whether the requested key is still set. Rejects with EncryptionError if it is not, or if that cannot
 * be determined; resolves at once if no key was requested.
 */
export async function confirmEncryption(port: DrivePort, operation: string): Promise<void> {
  const problem = await encryptionProblem(port, operation);
  if (problem) throw problem;
  const { off } = encryptionOf(port);
  if (off !== undefined) await atExit(port, 'encryption', off);
}

/** As `confirmEncryption`, as a value. */
async function encryptionProblem(port: DrivePort, operation: string): Promise<EncryptionError | undefined> {
  const session = encryptionOf(port);
  const known = session.problem(port.device, operation);
  if (known !== undefined || !session.encryptionAsked) return known;
  const found = await readParameters(port);
  const { proof } = session;
  if (proof && (found === undefined || !isSame(proof, found))) {
    session.invalidate('the drive says that its encryption parameters are others now');
  }
  // Reading the status may have received the unit attention of a reset or a change.
  return session.problem(port.device, operation);
}

function isSame(proof: EncryptionProof, found: DataEncryptionStatus): boolean {
  return (
    found.encryptionMode === proof.encryptionMode &&
    found.decryptionMode === proof.decryptionMode &&
    found.algorithmIndex === proof.algorithmIndex &&
    found.keyInstance === proof.keyInstance &&
    found.kads.length === proof.kads.length &&
    proof.kads.every((kad) => hasKad(found.kads, kad))
  );
}

/**
 * Asks the drive whether its key made a transfer fail, because `st` returns only EIO; undefined if the key is in order.
 */
export async function keyProblem(port: DrivePort, details: LtoErrorDetails): Promise<LtoError | undefined> {
  const { operation = '' } = details;
  if (WRITES.test(operation)) return encryptionProblem(port, operation).catch(unlessEncryptionError);
  if (operation !== 'read') return undefined;
  const next = await readNextBlock(port).catch(() => undefined);
  switch (next?.encryption) {
    case 'other key needed':
      return otherKeyNeeded(next.keyId, details);
    case 'unsupported algorithm':
      return new EncryptionError('the block is encrypted by an algorithm that this drive does not have', {
        ...details,
        next: 'Read the cartridge in a drive of the kind that wrote it',
      });
    case 'plain':
      return plainRefused(port, details);
    default:
      return undefined;
  }
}

/** Operations that write to the tape; motions fail for other reasons. */
const WRITES = /^(write|MTWEOFI?)\b/;

/** Other errors of reading the status are left to the caller of the transfer. */
function unlessEncryptionError(reason: unknown): EncryptionError | undefined {
  return reason instanceof EncryptionError ? reason : undefined;
}

export function otherKeyNeeded(keyId: string | undefined, details: LtoErrorDetails): EncryptionKeyError {
  const name = keyId === undefined ? 'a key that the tape does not name' : `the key ${JSON.stringify(keyId)}`;
  return new EncryptionKeyError(`the data is encrypted with ${name}, which is not set in the drive`, {
    ...details,
    keyId,
    next: 'Read it with a key store that has that key',
  });
}

async function plainRefused(port: DrivePort, details: LtoErrorDetails): Promise<EncryptionError | undefined> {
  const status = await readParameters(port).catch(() => undefined);
  if (status?.decryptionMode !== DECRYPTION_MODE.decrypt) return undefined;
  return new EncryptionError('the block is not encrypted, and the drive is set to read encrypted ones only', {
    ...details,
    next: 'Set the key with the mode `mixed` or `decrypt-mixed`, or switch encryption off',
  });
}
