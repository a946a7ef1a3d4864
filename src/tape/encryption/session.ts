import type { DeviceChange } from '../../device/change.js';
import type { ScsiDevice } from '../../device/scsi-device.js';
import { EncryptionError, type SenseData } from '../../errors/index.js';
import type { DataEncryptionStatus, KeyAssociatedData } from '../../scsi/security/index.js';

/** What the drive said when a key was proven to be set. */
export interface EncryptionProof
  extends Pick<DataEncryptionStatus, 'encryptionMode' | 'decryptionMode' | 'algorithmIndex' | 'keyInstance'> {
  readonly kads: readonly KeyAssociatedData[];
}

/** What was asked for with a key. */
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
 * What was asked of the drive's keys through this handle, and whether it still holds. While encryption is asked for and
 * not proven, nothing may be written: a reset, a changed cartridge or another host may have taken the key away, and the
 * drive would then write plain data without a word.
 */
export class EncryptionSession {
  #request: SessionRequest | undefined;
  #proof: EncryptionProof | undefined;
  #encryptionAsked = false;
  #why = '';
  #sense: SenseData | undefined;

  /** Whether what is written has to be encrypted. Only switching off ends that, or a key that was asked for otherwise. */
  get encryptionAsked(): boolean {
    return this.#encryptionAsked;
  }

  /** The last request; a key of ours may be in the drive. */
  get request(): SessionRequest | undefined {
    return this.#request;
  }

  get proof(): EncryptionProof | undefined {
    return this.#proof;
  }

  /** Encryption is asked for: until it is proven, nothing is written, also when the key never gets to the drive. */
  ask(): void {
    this.#encryptionAsked = true;
    this.#void(UNFINISHED);
  }

  /** A key is about to be sent: until it is proven, nothing is. */
  begin(request: SessionRequest): void {
    this.#request = request;
    this.#encryptionAsked ||= request.encrypts;
    this.#void(UNFINISHED);
  }

  /** `endsAsking`: the caller said that nothing is to be encrypted any more. */
  prove(proof: EncryptionProof, { endsAsking }: { readonly endsAsking: boolean }): void {
    if (endsAsking) this.#encryptionAsked = false;
    const { encryptionMode, decryptionMode, algorithmIndex, keyInstance, kads } = proof;
    if (endsAsking || this.#request?.encrypts) {
      this.#proof = { encryptionMode, decryptionMode, algorithmIndex, keyInstance, kads };
    } else this.invalidate('another key was set to read a file');
  }

  /** Encryption is proven to be off. */
  end(): void {
    this.#request = undefined;
    this.#proof = undefined;
    this.#encryptionAsked = false;
  }

  /** Encryption is off, and asked for all the same. */
  remember(request: SessionRequest | undefined, why: string): void {
    this.#request = request;
    this.#encryptionAsked = true;
    this.#void(why);
  }

  /** Nothing is known of the keys any more; `why` ends the sentence "it is not certain any more, because …". */
  invalidate(why: string, sense?: SenseData): void {
    if (this.#request !== undefined) this.#void(why, sense);
  }

  /** What a change of the drive means for the keys in it. */
  noticed({ extent, why, error }: DeviceChange): void {
    if (extent === 'buffer') return;
    if (extent !== 'attention' || isEncryptionChange(error?.sense)) this.invalidate(why, error?.sense);
  }

  #void(why: string, sense?: SenseData): void {
    this.#proof = undefined;
    this.#why = why;
    this.#sense = sense;
  }

  /** Throws EncryptionError while encryption is asked for and not proven. */
  requireProven(device: string, operation: string): void {
    const problem = this.problem(device, operation);
    if (problem) throw problem;
  }

  /** Why nothing may be written: encryption is asked for and not proven. */
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
