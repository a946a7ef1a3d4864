import type { DrivePort } from '../port/drive-port.js';
import type { TransferGuard } from '../port/transfer-guard.js';
import { confirmEncryption, keyProblem } from './confirm.js';
import { encryptionOf } from './session.js';

/**
 * Forbids writing while encryption is requested and not confirmed, and explains transfers that failed because of the
 * key.
 */
export function encryptionGuard(port: DrivePort): TransferGuard {
  const session = encryptionOf(port);
  return {
    requireWriting: (operation) => session.requireProven(port.device, operation),
    confirmWriting: (operation) => confirmEncryption(port, operation),
    explain: (details) => keyProblem(port, details),
  };
}
