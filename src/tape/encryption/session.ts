import type { DeviceChange } from '../../device/change.js';
import type { ScsiDevice } from '../../device/scsi-device.js';
import { EncryptionError, type SenseData } from '../../errors/index.js';
import type { DataEncryptionStatus, KeyAssociatedData } from '../../scsi/security/index.js';
import type { ScsiRequest } from '../../scsi/wire/command.js';

/** What the drive reported when a key was confirmed to be set. */
export interface EncryptionProof
  extends Pick<DataEncryptionStatus, 'encryptionMode' | 'decryptionMode' | 'algorithmIndex' | 'keyInstance'> {
  readonly kads: readonly KeyAssociatedData[];
}

/** What was requested with a key. */
export interface SessionRequest {
  /** Data is to be written encrypted. */
  readonly encrypts: boolean;
  readonly scope: number;
  readonly keyId: string | undefined;
  /** The drive clears the key itself when the cartridge is unloaded. */
  readonly clearKeyOnDemount: boolean;
  /** The key stays in the drive when this handle is closed. */
  readonly keep: boolean;
}

const UNFINISHED = 'setting the key did not come to its end';

/**
 * The encryption requested through this handle, and whether it is still confirmed. While it is requested and not
 * confirmed, nothing may be written: a reset, another cartridge or another host may have removed the key, and the drive
 * would then silently write plain data.
 */
export class EncryptionSession {
  /** Clears the key: sent when the process ends without `close()`. */
  off: ScsiRequest | undefined;
  #request: SessionRequest | undefined;
  #proof: EncryptionProof | undefined;
  #encryptionAsked = false;
  #why = '';
  #sense: SenseData | undefined;

  /** Whether written data must be encrypted. Only `disable`, or another request with a key, ends that. */
  get encryptionAsked(): boolean {
    return this.#encryptionAsked;
  }

  /** The last request; its key may be in the drive. */
  get request(): SessionRequest | undefined {
    return this.#request;
  }

  get proof(): EncryptionProof | undefined {
    return this.#proof;
  }

  /** Requests encryption: nothing is written until it is confirmed, even if the key never reaches the drive. */
  ask(): void {
    this.#encryptionAsked = true;
    this.#void(UNFINISHED);
  }

  /** A key is about to be sent: nothing is written until it is confirmed. */
  begin(request: SessionRequest): void {
    this.#request = request;
    this.#encryptionAsked ||= request.encrypts;
    this.#void(UNFINISHED);
  }

  /** `endsAsking`: the caller no longer requires encryption. */
  prove(proof: EncryptionProof, { endsAsking }: { readonly endsAsking: boolean }): void {
    if (endsAsking) this.#encryptionAsked = false;
    const { encryptionMode, decryptionMode, algorithmIndex, keyInstance, kads } = proof;
    if (endsAsking || this.#request?.encrypts) {
      this.#proof = { encryptionMode, decryptionMode, algorithmIndex, keyInstance, kads };
    } else this.invalidate('another key was set to read a file');
  }

  /** Encryption is confirmed to be off. */
  end(): void {
    this.#request = undefined;
    this.#proof = undefined;
    this.#encryptionAsked = false;
  }

  /** Encryption is off although it is requested. */
  remember(request: SessionRequest | undefined, why: string): void {
    this.#request = request;
    this.#encryptionAsked = true;
    this.#void(why);
  }

  /** The state of the keys is unknown; `why` completes the sentence "it is no longer certain, because …". */
  invalidate(why: string, sense?: SenseData): void {
    if (this.#request !== undefined) this.#void(why, sense);
  }

  /** Applies a change of the drive to the state of its keys. */
  noticed({ extent, why, error }: DeviceChange): void {
    if (extent === 'buffer') return;
    if (extent !== 'attention' || isEncryptionChange(error?.sense)) this.invalidate(why, error?.sense);
  }

  #void(why: string, sense?: SenseData): void {
    this.#proof = undefined;
    this.#why = why;
    this.#sense = sense;
  }

  /** Throws EncryptionError while encryption is requested and not confirmed. */
  requireProven(device: string, operation: string): void {
    const problem = this.problem(device, operation);
    if (problem) throw problem;
  }

  /** The error while encryption is requested and not confirmed; otherwise undefined. */
  problem(device: string, operation: string): EncryptionError | undefined {
    if (!this.#encryptionAsked || this.#proof !== undefined) return undefined;
    return new EncryptionError(
      `encryption was asked for, and it is not certain any more that the drive encrypts: ${this.#why}`,
      {
        device,
        operation,
        sense: this.#sense,
        next: 'Nothing more is written: identify the cartridge, enable encryption again, and write the file again',
      },
    );
  }
}

/** DATA ENCRYPTION PARAMETERS CHANGED by another host or by a vendor specific event, and KEY INSTANCE COUNTER CHANGED. */
function isEncryptionChange(sense: SenseData | undefined): boolean {
  return sense?.asc === 0x2a && sense.ascq >= 0x11 && sense.ascq <= 0x13;
}

const sessions = new WeakMap<ScsiDevice, EncryptionSession>();

/** The session of a drive, which follows the drive's changes from the first call on. */
export function encryptionOf(device: ScsiDevice): EncryptionSession {
  const known = sessions.get(device);
  if (known) return known;
  const session = new EncryptionSession();
  device.onChange((change) => session.noticed(change));
  sessions.set(device, session);
  return session;
}
