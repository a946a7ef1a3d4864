import { requireKeyBytes } from '../../keys/data-key.js';
import { requireKeyId } from '../../keys/key-store.js';
import {
  DECRYPTION_MODE,
  ENCRYPTION_MODE,
  ENCRYPTION_SCOPE,
  KAD_FORMAT,
  type SetDataEncryption,
} from '../../scsi/index.js';
import type { BlockMarks } from '../cartridge/block-envelope.js';
import type { Nexus } from '../unit/nexus.js';
import type { EncryptionSettings } from './drive-record.js';

/** Encryption features, with all defaults filled in. */
export function encryptionFeatures(settings: EncryptionSettings = {}) {
  const { algorithmIndex = 1, byLibrary = false, clearKeyOnDemount = true, lock = true } = settings;
  return { algorithmIndex, byLibrary, clearKeyOnDemount, lock };
}

/** Data encryption parameters (SSC-5 4.2.22.4) with the key, which exists only in memory. */
export interface EncryptionParameters extends BlockMarks {
  readonly encryptionMode: number;
  readonly decryptionMode: number;
  readonly algorithmIndex: number;
  readonly checkExternalEncryptionMode: number;
  readonly clearKeyOnDemount: boolean;
  /** 32 bytes; empty if neither mode uses a key. */
  readonly key: Buffer;
  /** KEY INSTANCE COUNTER. */
  readonly instance: number;
}

type Wanted = Omit<EncryptionParameters, 'instance'>;

const COUNTER_END = 2 ** 32;
const NO_KEY = Buffer.alloc(0);

/** The parameters without a request. */
const OFF: Wanted = {
  encryptionMode: ENCRYPTION_MODE.disable,
  decryptionMode: DECRYPTION_MODE.disable,
  algorithmIndex: 0,
  checkExternalEncryptionMode: 0,
  clearKeyOnDemount: false,
  key: NO_KEY,
  kadFormat: KAD_FORMAT.unspecified,
  unauthenticated: undefined,
  authenticated: undefined,
  rawReadable: false,
};

/** The scopes in effect for a nexus. */
export interface ScopesInUse {
  /** Scope that the nexus has chosen. */
  readonly nexus: number;
  /** Scope of the parameters that it uses. */
  readonly parameters: number;
}

/** Throws InvalidArgumentError unless it is a key that a library can set. */
export function requireLibraryKey(key: unknown, keyId: unknown): void {
  if (key !== undefined) requireKeyBytes(key);
  if (keyId !== '') requireKeyId(keyId as string);
}

/** The keys in a drive: one set of parameters for a nexus alone (LOCAL), one for all others, and one of a library. */
export class DriveEncryption {
  readonly #local = new Map<Nexus, EncryptionParameters>();
  /** Nexus that set the parameters which all share. */
  #sharedBy: Nexus | undefined;
  #shared: EncryptionParameters = { ...OFF, instance: 0 };
  #external: EncryptionParameters | undefined;
  /** The key instance counter that a nexus is locked to. */
  readonly #locks = new Map<Nexus, number>();
  #counter = 0;

  parametersOf(nexus: Nexus): EncryptionParameters {
    return this.#external ?? this.#local.get(nexus) ?? this.#shared;
  }

  scopesOf(nexus: Nexus): ScopesInUse {
    if (this.#local.has(nexus)) return { nexus: ENCRYPTION_SCOPE.local, parameters: ENCRYPTION_SCOPE.local };
    const shared = this.#sharedBy === undefined ? ENCRYPTION_SCOPE.public : ENCRYPTION_SCOPE.allNexus;
    return {
      nexus: this.#sharedBy === nexus ? ENCRYPTION_SCOPE.allNexus : ENCRYPTION_SCOPE.public,
      parameters: shared,
    };
  }

  usesShared(nexus: Nexus): boolean {
    return !this.#local.has(nexus);
  }

  /** A key is in the drive. */
  get holdsKey(): boolean {
    return [...this.#all()].some(({ key }) => key.length > 0);
  }

  /** Sets the parameters of a nexus; of the list, only `scope` and `lock` are used. */
  set(nexus: Nexus, { scope, lock }: Pick<SetDataEncryption, 'scope' | 'lock'>, wanted: Wanted): void {
    this.#locks.delete(nexus);
    wipe(this.#local.get(nexus));
    this.#local.delete(nexus);
    if (scope === ENCRYPTION_SCOPE.local) this.#local.set(nexus, this.#counted(wanted));
    if (scope === ENCRYPTION_SCOPE.allNexus) {
      wipe(this.#shared);
      this.#shared = this.#counted(wanted);
      this.#sharedBy = nexus;
    }
    if (lock) this.#locks.set(nexus, this.parametersOf(nexus).instance);
  }

  /** Sets or, with undefined, clears the parameters from the library's side (ADC). */
  setExternal(wanted: Partial<Wanted> | undefined): void {
    wipe(this.#external);
    this.#external = wanted && this.#counted({ ...OFF, ...wanted });
  }

  /** LOCK: the parameters differ from those that the nexus is locked to (SSC-5 8.5.3.2). */
  isLockedOut(nexus: Nexus): boolean {
    const locked = this.#locks.get(nexus);
    return locked !== undefined && locked !== this.parametersOf(nexus).instance;
  }

  /** CKOD: the volume is demounted. */
  demount(): void {
    for (const [nexus, parameters] of this.#local) {
      if (!parameters.clearKeyOnDemount) continue;
      wipe(parameters);
      this.#local.set(nexus, this.#counted(OFF));
    }
    if (this.#shared.clearKeyOnDemount) this.#clearShared();
  }

  loseNexus(nexus: Nexus): void {
    wipe(this.#local.get(nexus));
    this.#local.delete(nexus);
    this.#locks.delete(nexus);
  }

  /** Power off, or a hard reset: clears everything. A library sets its parameters again. */
  clear(): void {
    for (const parameters of this.#local.values()) wipe(parameters);
    this.#local.clear();
    this.#locks.clear();
    this.#clearShared();
  }

  #clearShared(): void {
    wipe(this.#shared);
    this.#shared = this.#counted(OFF);
    this.#sharedBy = undefined;
  }

  #counted(wanted: Wanted): EncryptionParameters {
    this.#counter = (this.#counter + 1) % COUNTER_END;
    return { ...wanted, instance: this.#counter };
  }

  *#all(): Generator<EncryptionParameters> {
    yield* this.#local.values();
    yield this.#shared;
    if (this.#external) yield this.#external;
  }
}

function wipe(parameters: EncryptionParameters | undefined): void {
  parameters?.key.fill(0);
}
