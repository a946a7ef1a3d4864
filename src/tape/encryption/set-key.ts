import { EncryptionError, InvalidArgumentError, type LtoErrorDetails } from '../../errors/index.js';
import {
  type DataEncryptionStatus,
  DECRYPTION_MODE,
  ENCRYPTION_MODE,
  ENCRYPTION_SCOPE,
  KAD_TYPE,
  type KeyAssociatedData,
  PARAMETERS_CONTROL,
  type SetDataEncryption,
  setDataEncryption,
} from '../../scsi/security/index.js';
import type { ScsiCommand } from '../../scsi/wire/command.js';
import { atExit } from '../port/at-exit.js';
import type { DrivePort } from '../port/drive-port.js';
import { requireReady } from '../reports/readiness.js';
import { chooseAlgorithm } from './algorithm.js';
import { ENCRYPTION_MODES } from './modes.js';
import { type DriveEncryptionCapabilities, readEncryptionCapabilities, readParameters } from './pages.js';
import { type EncryptionOptions, encryptionParameters, withKeyBytes } from './parameters.js';
import { encryptionOf } from './session.js';

/** CFG_P: hosts may not set keys. */
const CONFIGURATION_PREVENTED = 2;

export interface SetKeyOptions extends EncryptionOptions {
  /** Algorithm index of an encrypted block; default: the preferred one of the drive. */
  readonly algorithmIndex?: number | undefined;
  /** Only to read a file: does not change the request for writing. */
  readonly forReading?: boolean | undefined;
}

/**
 * Sets a key and confirms it by the drive's status: modes, algorithm, key-associated data and an increased key instance
 * counter. Resolves with that status. Until then, and if any step fails, nothing is written.
 */
export async function setKey(port: DrivePort, options: SetKeyOptions): Promise<DataEncryptionStatus> {
  const details = { device: port.device, operation: 'set encryption' };
  const { key, mode = 'mixed' } = options;
  const encrypts = ENCRYPTION_MODES[mode].encryptionMode === ENCRYPTION_MODE.encrypt;
  if (encrypts) encryptionOf(port).ask();
  if ((key === undefined) !== (mode === 'raw')) {
    throw new InvalidArgumentError(`the mode ${mode} ${key ? 'takes no key' : 'needs a key'}`, details);
  }
  await requireReady(port);
  const { capabilities, before } = await requireControl(port, details);
  const needs = { encrypts, decrypts: mode !== 'raw', index: options.algorithmIndex };
  const algorithm = chooseAlgorithm(capabilities.algorithms, needs, details);
  const parameters = encryptionParameters(options, { algorithm, management: capabilities.management }, details);
  const { scope, clearKeyOnDemount } = parameters;
  const { keyId, keep = false, forReading = false } = options;
  const command = key === undefined ? setDataEncryption(parameters) : commandWith(key, parameters);
  const previous = encryptionOf(port).request;
  // While what is known of the session, and what ends its key with the process, are still of that scope: a key that
  // this does not clear is cleared later.
  if (previous !== undefined && previous.scope !== scope) {
    await sendSecret(port, setDataEncryption({ scope: previous.scope, algorithmIndex: algorithm.index }), details);
  }
  encryptionOf(port).begin({ encrypts, scope, keyId, clearKeyOnDemount, keep });
  // Before the key is sent: the process may end at any moment.
  await endKeyWithProcess(port, keep ? undefined : setDataEncryption({ scope, algorithmIndex: algorithm.index }));
  await sendSecret(port, command, details);
  const after = await readBack(port, details);
  requireProof(parameters, before, after, details);
  encryptionOf(port).prove(after, { endsAsking: !encrypts && !forReading });
  // A reset while reading the status invalidates it again.
  if (encrypts) encryptionOf(port).requireProven(port.device, details.operation);
  return after;
}

function commandWith(key: NonNullable<EncryptionOptions['key']>, parameters: Omit<SetDataEncryption, 'key'>) {
  return withKeyBytes(key, (bytes) => setDataEncryption({ ...parameters, key: bytes }));
}

/** What clears the key if the process ends without `close()`; undefined to leave what is in the drive there. */
async function endKeyWithProcess(port: DrivePort, command: ScsiCommand | undefined): Promise<void> {
  const session = encryptionOf(port);
  if (command === undefined && session.off === undefined) return;
  session.off = command && port.timed(command);
  await atExit(port, 'encryption', session.off);
}

/**
 * Switches encryption and decryption off, with no key and one of the drive's algorithms, and confirms it. Undefined for
 * a drive that cannot encrypt.
 */
export async function clearKey(port: DrivePort): Promise<DataEncryptionStatus | undefined> {
  const details = { device: port.device, operation: 'switch encryption off' };
  const capabilities = await readEncryptionCapabilities(port);
  const before = capabilities && (await readParameters(port));
  if (capabilities === undefined || before === undefined) {
    encryptionOf(port).end();
    return undefined;
  }
  // If hosts may not set keys, off is enough.
  if (isOff(before) && controllerOf(capabilities, before) !== undefined) {
    encryptionOf(port).end();
    await endKeyWithProcess(port, undefined);
    return before;
  }
  requireHostControl(capabilities, before, details);
  const algorithmIndex = ownIndex(capabilities, before);
  const scope = encryptionOf(port).request?.scope ?? scopeToClear(capabilities, before);
  await sendSecret(port, setDataEncryption({ scope, algorithmIndex }), details);
  const after = await readBack(port, details);
  requireOff(after, details);
  encryptionOf(port).end();
  await endKeyWithProcess(port, undefined);
  return after;
}

/**
 * As `clearKey`, but a request for encryption stays: nothing is written before a key is confirmed again. `why`
 * completes the sentence "it is no longer certain, because …".
 */
export async function takeKeyOut(port: DrivePort, why: string): Promise<void> {
  const { request, encryptionAsked } = encryptionOf(port);
  await clearKey(port);
  if (encryptionAsked) encryptionOf(port).remember(request, why);
}

/** mhvtl refuses index 0 even for switching off. */
function ownIndex({ algorithms }: DriveEncryptionCapabilities, { algorithmIndex }: DataEncryptionStatus): number {
  const known = algorithms.some(({ index }) => index === algorithmIndex);
  return known ? algorithmIndex : (algorithms[0]?.index ?? algorithmIndex);
}

/** Parameters shared by all hosts are cleared only by the host that set them; other hosts switch off for themselves. */
function scopeToClear({ management }: DriveEncryptionCapabilities, { nexusScope }: DataEncryptionStatus): number {
  const { allNexus, local } = ENCRYPTION_SCOPE;
  return nexusScope === allNexus || management?.scopeLocal === false ? allNexus : local;
}

async function requireControl(port: DrivePort, details: LtoErrorDetails) {
  const capabilities = await readEncryptionCapabilities(port);
  const before = capabilities && (await readParameters(port));
  if (capabilities === undefined || before === undefined) {
    throw new EncryptionError('the drive cannot encrypt', { ...details, next: 'Use a drive of LTO-4 or later' });
  }
  requireHostControl(capabilities, before, details);
  return { capabilities, before };
}

/** Throws EncryptionError if the keys of this drive are not set by hosts. */
function requireHostControl(
  capabilities: DriveEncryptionCapabilities,
  parameters: DataEncryptionStatus,
  details: LtoErrorDetails,
): void {
  const who = controllerOf(capabilities, parameters);
  if (who === undefined) return;
  throw new EncryptionError(`${who} sets the keys of this drive, and hosts may not`, {
    ...details,
    next: 'Set the partition of the library (or the drive) to application-managed encryption, or leave the keys to it',
  });
}

/** Who sets the keys instead of hosts; undefined if hosts do. */
function controllerOf(
  { configurationPrevented }: DriveEncryptionCapabilities,
  { parametersControl }: DataEncryptionStatus,
): string | undefined {
  const prevented = configurationPrevented === CONFIGURATION_PREVENTED;
  return CONTROLLERS[parametersControl] ?? (prevented ? 'the library or a key manager' : undefined);
}

const CONTROLLERS: Readonly<Record<number, string>> = {
  [PARAMETERS_CONTROL.drive]: 'the drive itself',
  [PARAMETERS_CONTROL.library]: 'the library',
};

/** Sends a command with a key and wipes it. Rejects with EncryptionError for any failure. */
async function sendSecret(port: DrivePort, command: ScsiCommand, details: LtoErrorDetails): Promise<void> {
  try {
    await port.query(command);
  } catch (cause) {
    throw failed('the drive did not take the encryption parameters', cause, details);
  } finally {
    command.dataOut.fill(0);
  }
}

async function readBack(port: DrivePort, details: LtoErrorDetails): Promise<DataEncryptionStatus> {
  try {
    const status = await readParameters(port);
    if (status) return status;
  } catch (cause) {
    throw failed('the drive did not tell whether the encryption parameters are set', cause, details);
  }
  throw failed('the drive does not tell its encryption parameters any more', undefined, details);
}

function failed(what: string, cause: unknown, details: LtoErrorDetails): EncryptionError {
  const sense = cause instanceof Error && 'sense' in cause ? (cause.sense as LtoErrorDetails['sense']) : undefined;
  return new EncryptionError(what, {
    ...details,
    sense,
    cause,
    next: 'Nothing was written: check `lto encryption status`, and try again',
  });
}

function requireProof(
  wanted: Omit<SetDataEncryption, 'key'>,
  before: DataEncryptionStatus,
  after: DataEncryptionStatus,
  details: LtoErrorDetails,
): void {
  const differences = [
    ...difference('encryption mode', wanted.encryptionMode, after.encryptionMode),
    ...difference('decryption mode', wanted.decryptionMode, after.decryptionMode),
    ...difference('algorithm', wanted.algorithmIndex, after.algorithmIndex),
    ...(after.keyInstance === before.keyInstance ? [`the key instance counter stayed at ${after.keyInstance}`] : []),
    ...wanted.kads.filter(isNaming).flatMap((kad) => (hasKad(after.kads, kad) ? [] : ['other key-associated data'])),
  ];
  if (differences.length === 0) return;
  throw failed(`the drive does not say that the key is set: ${differences.join('; ')}`, undefined, details);
}

function difference(what: string, wanted: number, found: number): string[] {
  return wanted === found ? [] : [`${what} ${found} instead of ${wanted}`];
}

/** The drive does not report a nonce. */
function isNaming({ type }: KeyAssociatedData): boolean {
  return type === KAD_TYPE.unauthenticated || type === KAD_TYPE.authenticated;
}

export function hasKad(kads: readonly KeyAssociatedData[], { type, data }: KeyAssociatedData): boolean {
  return kads.some((kad) => kad.type === type && Buffer.from(kad.data).equals(data));
}

function isOff({ encryptionMode, decryptionMode }: DataEncryptionStatus): boolean {
  return encryptionMode === ENCRYPTION_MODE.disable && decryptionMode === DECRYPTION_MODE.disable;
}

function requireOff(status: DataEncryptionStatus, details: LtoErrorDetails): void {
  if (isOff(status)) return;
  const { encryptionMode, decryptionMode } = status;
  const modes = `encryption mode ${encryptionMode}, decryption mode ${decryptionMode}`;
  throw failed(`the drive does not say that encryption is off: ${modes}`, undefined, details);
}
