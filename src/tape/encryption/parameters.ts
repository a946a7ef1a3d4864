import { KeyObject, randomBytes } from 'node:crypto';
import type { OptionNames } from '../../arguments/option-names.js';
import { CALL_OPTIONS, type CallOptions, requireOptions, requireRecord } from '../../arguments/options.js';
import { EncryptionError, InvalidArgumentError, type LtoErrorDetails } from '../../errors/index.js';
import { requireKeyId } from '../../keys/key-store.js';
import {
  CHECK_EXTERNAL_ENCRYPTION_MODE,
  ENCRYPTION_MODE,
  ENCRYPTION_SCOPE,
  type EncryptionAlgorithm,
  type EncryptionManagementCapabilities,
  KAD_FORMAT,
  KAD_TYPE,
  KEY_FORMAT,
  type KeyAssociatedData,
  RAW_DECRYPTION_MODE_CONTROL,
  type SetDataEncryption,
} from '../../scsi/security/index.js';
import { KEY_BYTES } from './algorithm.js';
import { ENCRYPTION_MODES, type EncryptionModeName } from './modes.js';

const SCOPES = { local: ENCRYPTION_SCOPE.local, all: ENCRYPTION_SCOPE.allNexus } as const;
const EXTERNAL_CHECKS = {
  none: CHECK_EXTERNAL_ENCRYPTION_MODE.noCheck,
  external: CHECK_EXTERNAL_ENCRYPTION_MODE.external,
  encrypted: CHECK_EXTERNAL_ENCRYPTION_MODE.encrypted,
} as const;
/** EEMC_C and RDMC_C: what the application may control. */
const EXTERNAL_CHECK_CONTROL = 2;
const RAW_CONTROL: ReadonlySet<number> = new Set([4, 5]);
/** NONCE_C: the host must, or may, supply (part of) the nonce. */
const NONCE = { required: 2, allowed: 3 } as const;
const NONCE_BYTES = 12;
/** DKAD_C: key-associated data is required for decryption as well. */
const DECRYPTION_KAD_REQUIRED = 1;

/** How a key is to be set. */
export interface EncryptionOptions {
  /** The key, 32 bytes. A Buffer is not wiped; that is up to the caller. Omit it for mode `raw` only. */
  readonly key?: KeyObject | Uint8Array | undefined;
  /** Name of the key, written beside each block so that the key can be found again. Required to encrypt. */
  readonly keyId?: string | undefined;
  /** Default `mixed`. */
  readonly mode?: EncryptionModeName | undefined;
  /**
   * Whose data the key is for. `local` (the default where the drive has it): this host alone. `all`: every host that has
   * none of its own.
   */
  readonly scope?: keyof typeof SCOPES | undefined;
  /** Where the identifier goes. Default: U-KAD where it fits, else A-KAD. */
  readonly keyIdAs?: keyof typeof KEY_ID_AS | undefined;
  /** Further key-associated data: bytes of the U-KAD or A-KAD that does not hold the identifier. */
  readonly otherKad?: Uint8Array | undefined;
  /** Nonce for drives that require one from the host; by default 12 random bytes if needed. */
  readonly nonce?: Uint8Array | undefined;
  /** CKOD. Default: true where the drive has it. */
  readonly clearKeyOnDemount?: boolean | undefined;
  /** CKORP. */
  readonly clearKeyOnReservationPreempted?: boolean | undefined;
  /** CKORL. */
  readonly clearKeyOnReservationLoss?: boolean | undefined;
  /** LOCK: should the drive lose or change these parameters, it refuses every transfer until they are set again. */
  readonly lock?: boolean | undefined;
  /** RDMC: whether blocks that are written may be read in raw mode later. Default: as the algorithm has it. */
  readonly rawReading?: boolean | undefined;
  /** CEEM: what is checked of blocks that were encrypted outside the drive. */
  readonly externalCheck?: keyof typeof EXTERNAL_CHECKS | undefined;
  /** Leave the key in the drive when this handle is closed, or the process ends. */
  readonly keep?: boolean | undefined;
}

/** Where the identifier goes. */
const KEY_ID_AS = { unauthenticated: true, authenticated: true } as const;
const CHOICES = { mode: ENCRYPTION_MODES, scope: SCOPES, externalCheck: EXTERNAL_CHECKS, keyIdAs: KEY_ID_AS } as const;
const BYTES = ['otherKad', 'nonce'] as const;

const NAMES: OptionNames<EncryptionOptions & CallOptions> = {
  ...CALL_OPTIONS,
  key: true,
  keyId: true,
  mode: true,
  scope: true,
  keyIdAs: true,
  otherKad: true,
  nonce: true,
  clearKeyOnDemount: true,
  clearKeyOnReservationPreempted: true,
  clearKeyOnReservationLoss: true,
  lock: true,
  rawReading: true,
  externalCheck: true,
  keep: true,
};

/** Throws InvalidArgumentError for options that no drive accepts; the error never contains the key. */
export function requireEncryptionOptions(options: EncryptionOptions, details: LtoErrorDetails): void {
  requireRecord('options', options, details);
  requireOptions(options, details, NAMES);
  for (const [name, choices] of Object.entries(CHOICES)) {
    const value = options[name as keyof typeof CHOICES];
    if (value === undefined || Object.hasOwn(choices, value)) continue;
    throw new InvalidArgumentError(`${name} must be one of ${Object.keys(choices).join(', ')}`, details);
  }
  for (const name of BYTES) {
    if (options[name] === undefined || options[name] instanceof Uint8Array) continue;
    throw new InvalidArgumentError(`${name} must be bytes`, details);
  }
}

/** What the drive reports to support. */
export interface EncryptionMeans {
  readonly algorithm: EncryptionAlgorithm;
  readonly management: EncryptionManagementCapabilities | undefined;
}

type Parameters = Omit<SetDataEncryption, 'key'>;

/**
 * Page 0010 without the key. Throws InvalidArgumentError for invalid options and EncryptionError for options that the
 * drive does not support: no option is ever dropped silently.
 */
export function encryptionParameters(
  options: EncryptionOptions,
  means: EncryptionMeans,
  details: LtoErrorDetails,
): Parameters {
  const { algorithm } = means;
  const modes = ENCRYPTION_MODES[options.mode ?? 'mixed'];
  const encrypts = modes.encryptionMode === ENCRYPTION_MODE.encrypt;
  const named = encrypts || algorithm.decryptionKad === DECRYPTION_KAD_REQUIRED;
  return {
    ...modes,
    ...managed(options, means, details),
    algorithmIndex: algorithm.index,
    checkExternalEncryptionMode: externalCheck(options, algorithm, details),
    rawDecryptionModeControl: rawControl(options, algorithm, details),
    supplementalDecryptionKey: false,
    keyFormat: KEY_FORMAT.plain,
    kadFormat: named && algorithm.kadFormat ? KAD_FORMAT.asciiName : KAD_FORMAT.unspecified,
    kads: [
      ...(named ? namingKads(options, algorithm, details) : []),
      ...nonceKads(options, algorithm, encrypts, details),
    ],
  };
}

function managed(
  options: EncryptionOptions,
  { management }: EncryptionMeans,
  details: LtoErrorDetails,
): Pick<
  Parameters,
  'scope' | 'lock' | 'clearKeyOnDemount' | 'clearKeyOnReservationPreempted' | 'clearKeyOnReservationLoss'
> {
  const require = (wanted: boolean, has: boolean | undefined, what: string) => {
    if (!wanted || has) return wanted;
    throw new EncryptionError(`the drive cannot ${what}`, { ...details, next: 'Leave that option out' });
  };
  // For a drive that does not report its options, the scope that all drives support.
  const scope = options.scope ?? (management?.scopeLocal ? 'local' : 'all');
  require(scope === 'local', management?.scopeLocal, 'keep a key for one host alone');
  require(scope === 'all', management === undefined || management.scopeAllNexus, 'share a key among hosts');
  const { lock = false, clearKeyOnReservationPreempted = false, clearKeyOnReservationLoss = false } = options;
  const clearKeyOnDemount = options.clearKeyOnDemount ?? management?.clearKeyOnDemount ?? false;
  return {
    scope: SCOPES[scope],
    lock: require(lock, management?.lock, 'lock a host to its key (LOCK)'),
    clearKeyOnDemount: require(clearKeyOnDemount, management?.clearKeyOnDemount, 'clear the key on unload (CKOD)'),
    clearKeyOnReservationPreempted: require(clearKeyOnReservationPreempted, management?.clearKeyOnReservationPreempted, 'clear the key when a reservation is preempted (CKORP)'),
    clearKeyOnReservationLoss: require(clearKeyOnReservationLoss, management?.clearKeyOnReservationLoss, 'clear the key when a reservation is lost (CKORL)'),
  };
}

function externalCheck(
  { externalCheck: wanted }: EncryptionOptions,
  { externalEncryptionModeControl }: EncryptionAlgorithm,
  details: LtoErrorDetails,
): number {
  if (wanted === undefined) return CHECK_EXTERNAL_ENCRYPTION_MODE.vendorSpecific;
  if (externalEncryptionModeControl === EXTERNAL_CHECK_CONTROL) return EXTERNAL_CHECKS[wanted];
  throw new EncryptionError(
    'the drive does not let hosts choose what is checked of external encryption (CEEM)',
    details,
  );
}

function rawControl(
  { rawReading }: EncryptionOptions,
  { rawDecryptionModeControl }: EncryptionAlgorithm,
  details: LtoErrorDetails,
): number {
  if (rawReading === undefined) return RAW_DECRYPTION_MODE_CONTROL.algorithmDefault;
  if (RAW_CONTROL.has(rawDecryptionModeControl)) {
    return rawReading ? RAW_DECRYPTION_MODE_CONTROL.enabled : RAW_DECRYPTION_MODE_CONTROL.disabled;
  }
  throw new EncryptionError('the drive does not let hosts choose whether blocks may be read raw (RDMC)', details);
}

/** Descriptors for the identifier and further key-associated data, in ascending order of type. */
function namingKads(
  { keyId, keyIdAs, otherKad }: EncryptionOptions,
  algorithm: EncryptionAlgorithm,
  details: LtoErrorDetails,
): KeyAssociatedData[] {
  if (keyId === undefined) {
    throw new InvalidArgumentError('a key that encrypts needs an identifier, so that it can be found again', {
      ...details,
      next: 'Give `keyId`',
    });
  }
  const id = Buffer.from(requireKeyId(keyId), 'latin1');
  const fits = id.length <= algorithm.maximumUnauthenticatedKad;
  const unauthenticated = keyIdAs === undefined ? fits : keyIdAs === 'unauthenticated';
  const first = unauthenticated ? id : otherKad;
  const second = unauthenticated ? otherKad : id;
  return [
    ...kad(
      KAD_TYPE.unauthenticated,
      first,
      algorithm.maximumUnauthenticatedKad,
      algorithm.unauthenticatedKadFixed,
      details,
    ),
    ...kad(KAD_TYPE.authenticated, second, algorithm.maximumAuthenticatedKad, algorithm.authenticatedKadFixed, details),
  ];
}

/** Padded with blanks to the fixed length; no identifier ends with one. */
function kad(
  type: number,
  data: Uint8Array | undefined,
  maximum: number,
  fixed: boolean,
  details: LtoErrorDetails,
): KeyAssociatedData[] {
  if (data === undefined || data.length === 0) return [];
  if (data.length > maximum) {
    const name = type === KAD_TYPE.unauthenticated ? 'U-KAD' : 'A-KAD';
    throw new EncryptionError(`the drive keeps ${maximum} bytes as ${name}, not ${data.length}`, {
      ...details,
      next: 'Use a shorter identifier',
    });
  }
  const bytes = new Uint8Array(fixed ? maximum : data.length).fill(0x20);
  bytes.set(data);
  return [{ type, authenticated: 0, data: bytes }];
}

function nonceKads(
  { nonce }: EncryptionOptions,
  algorithm: EncryptionAlgorithm,
  encrypts: boolean,
  details: LtoErrorDetails,
): KeyAssociatedData[] {
  if (!encrypts) return [];
  const { required, allowed } = NONCE;
  if (nonce === undefined && algorithm.nonce !== required) return [];
  if (nonce !== undefined && algorithm.nonce !== required && algorithm.nonce !== allowed) {
    throw new EncryptionError('the drive generates its nonces itself and accepts none', {
      ...details,
      next: 'Leave `nonce` out',
    });
  }
  const data = Uint8Array.from(nonce ?? randomBytes(NONCE_BYTES));
  return [{ type: KAD_TYPE.nonce, authenticated: 0, data }];
}

/**
 * Calls `use` with the bytes of a key, and wipes the copy made of a KeyObject. Throws InvalidArgumentError for anything
 * but a 256-bit key; the error never contains the key.
 */
export function withKeyBytes<T>(key: KeyObject | Uint8Array, use: (bytes: Uint8Array) => T): T {
  if (!(key instanceof KeyObject)) return use(requireLength(key));
  if (key.type !== 'secret') {
    throw new InvalidArgumentError(`a ${key.type} key cannot be used for a tape drive`, { next: 'Give a secret key' });
  }
  const bytes = key.export();
  try {
    return use(requireLength(bytes));
  } finally {
    bytes.fill(0);
  }
}

function requireLength(bytes: Uint8Array): Uint8Array {
  if (bytes instanceof Uint8Array && bytes.length === KEY_BYTES) return bytes;
  throw new InvalidArgumentError('a key has 32 bytes (256 bits)', { next: 'Give a KeyObject or a Buffer of 32 bytes' });
}
