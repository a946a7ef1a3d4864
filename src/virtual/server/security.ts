import { randomBytes } from 'node:crypto';
import {
  DECRYPTION_MODE,
  decodeCdb,
  decodeSetDataEncryption,
  ENCRYPTION_MODE,
  ENCRYPTION_SCOPE,
  encodeDataEncryptionStatus,
  encodeEncryptionCapabilities,
  encodeKeyFormats,
  encodeManagementCapabilities,
  encodeNextBlockStatus,
  encodeRandomNumber,
  encodeSecurityPageList,
  encodeSecurityProtocols,
  KAD_TYPE,
  KEY_FORMAT,
  type KeyAssociatedData,
  PARAMETERS_CONTROL,
  RAW_DECRYPTION_MODE_CONTROL,
  SECURITY_IN_PAGE,
  SECURITY_OUT_PAGE,
  SECURITY_PROTOCOL,
  SECURITY_PROTOCOL_IN,
  SECURITY_PROTOCOL_OUT,
  type SetDataEncryption,
} from '../../scsi/index.js';
import {
  type BlockMarks,
  ENVELOPE_BYTES,
  isKeyOf,
  LONGEST_AUTHENTICATED_KAD,
  LONGEST_UNAUTHENTICATED_KAD,
  marksOf,
} from '../cartridge/block-envelope.js';
import type { Drive } from '../drive/drive.js';
import {
  CheckCondition,
  invalidFieldInCdb,
  invalidFieldInParameterList,
  readList,
  sense,
} from '../unit/check-condition.js';
import type { Request } from '../unit/command.js';
import { ENCRYPTION_PARAMETERS_CHANGED, type Nexus } from '../unit/nexus.js';

const KEY_BYTES = 32;
const AES_256_GCM = 0x00010014;
const IN_HARDWARE = 2;
const NONCE_BY_DRIVE = 1;
/** RDMC_C: raw reading is off unless requested with each key. */
const RAW_OFF_BY_DEFAULT = 4;
/** COMPRESSION STATUS: nothing is ever compressed. */
const NOT_COMPRESSED = 3;
/** EXTDECC and CFG_P. */
const EXTERNAL_CONTROL = { notCapable: 1, capable: 2 } as const;
const CONFIGURATION = { allowed: 1, prevented: 2 } as const;
/** ENCRYPTION STATUS of the next block; index into `ENCRYPTION_STATUS`. */
const NEXT = { notABlock: 2, plain: 3, decryptable: 5, otherKey: 6 } as const;

type Page = (drive: Drive, nexus: Nexus) => Uint8Array | Promise<Uint8Array>;

const IN_PAGES: ReadonlyMap<number, Page> = new Map<number, Page>([
  [SECURITY_IN_PAGE.inSupport, () => encodeSecurityPageList(0, [...IN_PAGES.keys()])],
  [SECURITY_IN_PAGE.outSupport, () => encodeSecurityPageList(1, [SECURITY_OUT_PAGE.setDataEncryption])],
  [SECURITY_IN_PAGE.capabilities, capabilities],
  [SECURITY_IN_PAGE.keyFormats, () => encodeKeyFormats([KEY_FORMAT.plain])],
  [SECURITY_IN_PAGE.managementCapabilities, managementCapabilities],
  [SECURITY_IN_PAGE.dataEncryptionStatus, status],
  [SECURITY_IN_PAGE.nextBlockStatus, nextBlockStatus],
  [SECURITY_IN_PAGE.randomNumber, () => encodeRandomNumber(randomBytes(KEY_BYTES))],
]);

/** SECURITY PROTOCOL IN */
export async function securityProtocolIn(drive: Drive, { cdb, nexus }: Request): Promise<Uint8Array> {
  const { protocol, page, inc512, allocationLength } = decodeCdb(SECURITY_PROTOCOL_IN, cdb);
  if (inc512) throw invalidFieldInCdb(4);
  return (await answer(drive, nexus, protocol, page)).subarray(0, allocationLength);
}

function answer(drive: Drive, nexus: Nexus, protocol: number, page: number): Uint8Array | Promise<Uint8Array> {
  if (protocol === SECURITY_PROTOCOL.information) {
    if (page !== 0) throw invalidFieldInCdb(2);
    return encodeSecurityProtocols(Object.values(SECURITY_PROTOCOL));
  }
  if (protocol !== SECURITY_PROTOCOL.tapeDataEncryption) throw invalidFieldInCdb(1);
  const encode = IN_PAGES.get(page);
  if (encode === undefined) throw invalidFieldInCdb(2);
  return encode(drive, nexus);
}

function capabilities(drive: Drive): Uint8Array {
  const { byLibrary, algorithmIndex } = drive.encryptionSettings;
  return encodeEncryptionCapabilities({
    externalControl: byLibrary ? EXTERNAL_CONTROL.capable : EXTERNAL_CONTROL.notCapable,
    configurationPrevented: byLibrary ? CONFIGURATION.prevented : CONFIGURATION.allowed,
    algorithms: [
      {
        index: algorithmIndex,
        validForMountedVolume: drive.hasVolume(),
        supplementalDecryptionKeys: false,
        messageAuthentication: true,
        distinguishesEncryptedBlocks: true,
        decrypt: IN_HARDWARE,
        encrypt: IN_HARDWARE,
        validForCurrentPosition: 0,
        nonce: NONCE_BY_DRIVE,
        kadFormat: true,
        reportsEncryptedVolume: true,
        unauthenticatedKadFixed: false,
        authenticatedKadFixed: false,
        maximumUnauthenticatedKad: LONGEST_UNAUTHENTICATED_KAD,
        maximumAuthenticatedKad: LONGEST_AUTHENTICATED_KAD,
        keySize: KEY_BYTES,
        decryptionKad: 0,
        externalEncryptionModeControl: 0,
        rawDecryptionModeControl: RAW_OFF_BY_DEFAULT,
        recordsEncryptionMode: true,
        maximumEncryptedDataKeys: 0,
        maximumSupplementalKeys: 0,
        algorithm: AES_256_GCM,
      },
    ],
  });
}

/** No CKORP and CKORL: the end of a reservation does not change the keys. */
function managementCapabilities(drive: Drive): Uint8Array {
  const { clearKeyOnDemount, lock } = drive.encryptionSettings;
  return encodeManagementCapabilities({
    lock,
    clearKeyOnDemount,
    scopeAllNexus: true,
    scopeLocal: true,
    scopePublic: true,
  });
}

function status(drive: Drive, nexus: Nexus): Uint8Array {
  const { encryption, encryptionSettings } = drive;
  const parameters = encryption.parametersOf(nexus);
  const scopes = encryption.scopesOf(nexus);
  return encodeDataEncryptionStatus({
    nexusScope: scopes.nexus,
    encryptionScope: scopes.parameters,
    encryptionMode: parameters.encryptionMode,
    decryptionMode: parameters.decryptionMode,
    algorithmIndex: parameters.algorithmIndex,
    keyInstance: parameters.instance,
    parametersControl: encryptionSettings.byLibrary ? PARAMETERS_CONTROL.library : PARAMETERS_CONTROL.host,
    volumeContainsEncryptedBlocks: drive.hasVolume() && drive.image.encryption().firstEncrypted !== undefined,
    checkExternalEncryptionMode: parameters.checkExternalEncryptionMode,
    rawDecryptionDisabled: parameters.key.length > 0 && !parameters.rawReadable,
    kadFormat: parameters.kadFormat,
    availableSupplementalKeys: 0,
    kads: kadsOf(parameters, 0),
  });
}

async function nextBlockStatus(drive: Drive, nexus: Nexus): Promise<Uint8Array> {
  drive.requireReady();
  const { object } = drive.position;
  const { kind } = drive.image.object(object);
  const none = { algorithmIndex: 0, externallyEncrypted: false, rawDecryptionDisabled: false, kadFormat: 0, kads: [] };
  const common = { logicalObject: object, compressionStatus: NOT_COMPRESSED };
  if (kind === 'encrypted-record') return encodeNextBlockStatus({ ...common, ...(await encryptedBlock(drive, nexus)) });
  const isBlock = kind === 'record' || kind === 'wrapped-record';
  const plain = { ...common, ...none, encryptionStatus: NEXT.plain };
  const notABlock = { ...plain, compressionStatus: NEXT.notABlock, encryptionStatus: NEXT.notABlock };
  return encodeNextBlockStatus(isBlock ? plain : notABlock);
}

async function encryptedBlock(drive: Drive, nexus: Nexus) {
  const head = Buffer.alloc(ENVELOPE_BYTES);
  await drive.image.read(drive.position.object, head);
  const marks = marksOf(head);
  if (marks === undefined) throw new CheckCondition(sense('3/11/00'));
  const { key, decryptionMode } = drive.encryption.parametersOf(nexus);
  const decrypts = decryptionMode === DECRYPTION_MODE.decrypt || decryptionMode === DECRYPTION_MODE.mixed;
  const fits = decrypts && key.length > 0 && isKeyOf(head, key);
  return {
    encryptionStatus: fits ? NEXT.decryptable : NEXT.otherKey,
    algorithmIndex: drive.encryptionSettings.algorithmIndex,
    externallyEncrypted: false,
    rawDecryptionDisabled: !marks.rawReadable,
    kadFormat: marks.kadFormat,
    kads: kadsOf(marks, 1),
  };
}

/** `authenticated`: 1 for data that GCM covers but was not checked yet, 0 for data that is only set. */
function kadsOf({ unauthenticated, authenticated }: BlockMarks, state: number): KeyAssociatedData[] {
  return [
    ...(unauthenticated ? [{ type: KAD_TYPE.unauthenticated, authenticated: state, data: unauthenticated }] : []),
    ...(authenticated ? [{ type: KAD_TYPE.authenticated, authenticated: state && 2, data: authenticated }] : []),
  ];
}

/** SECURITY PROTOCOL OUT: applied completely or not at all; the affected initiators get a unit attention. */
export function securityProtocolOut(drive: Drive, { cdb, dataOut, nexus }: Request): undefined {
  const { protocol, page, inc512, transferLength } = decodeCdb(SECURITY_PROTOCOL_OUT, cdb);
  if (protocol !== SECURITY_PROTOCOL.tapeDataEncryption) throw invalidFieldInCdb(1);
  if (page !== SECURITY_OUT_PAGE.setDataEncryption) throw invalidFieldInCdb(2);
  if (inc512) throw invalidFieldInCdb(4);
  if (transferLength === 0) return;
  if (dataOut.length < transferLength) throw new CheckCondition(sense('5/1a/00'));
  const wanted = readList(() => decodeSetDataEncryption(dataOut.subarray(0, transferLength)));
  try {
    setParameters(drive, nexus, wanted);
  } catch (error) {
    wanted.key.fill(0);
    throw error;
  }
}

function setParameters(drive: Drive, nexus: Nexus, wanted: SetDataEncryption): void {
  requireAllowed(drive, wanted);
  const { scope, encryptionMode, decryptionMode, algorithmIndex, kadFormat, key } = wanted;
  drive.encryption.set(nexus, wanted, {
    encryptionMode,
    decryptionMode,
    algorithmIndex,
    kadFormat,
    key: Buffer.from(key.buffer, key.byteOffset, key.byteLength),
    unauthenticated: kadOf(wanted, KAD_TYPE.unauthenticated),
    authenticated: kadOf(wanted, KAD_TYPE.authenticated),
    checkExternalEncryptionMode: wanted.checkExternalEncryptionMode,
    clearKeyOnDemount: wanted.clearKeyOnDemount,
    rawReadable: wanted.rawDecryptionModeControl === RAW_DECRYPTION_MODE_CONTROL.enabled,
  });
  if (scope !== ENCRYPTION_SCOPE.allNexus) return;
  const { attentions, encryption } = drive;
  attentions.raise(ENCRYPTION_PARAMETERS_CHANGED, (other) => other === nexus || !encryption.usesShared(other));
}

function kadOf({ kads }: SetDataEncryption, type: number): Uint8Array | undefined {
  return kads.find((kad) => kad.type === type)?.data;
}

/** Throws CheckCondition with the byte of the first field that the drive does not accept. */
function requireAllowed(drive: Drive, wanted: SetDataEncryption): void {
  const { byLibrary, algorithmIndex, clearKeyOnDemount, lock } = drive.encryptionSettings;
  // All other fields are ignored then (SSC-5 8.5.3.2.2).
  if (wanted.scope === ENCRYPTION_SCOPE.public && !byLibrary && (lock || !wanted.lock)) return;
  const { encryptionMode, decryptionMode, key } = wanted;
  const encrypts = encryptionMode === ENCRYPTION_MODE.encrypt;
  const decrypts = decryptionMode === DECRYPTION_MODE.decrypt || decryptionMode === DECRYPTION_MODE.mixed;
  const fields: readonly (readonly [byte: number, allowed: boolean])[] = [
    [0, !byLibrary],
    [4, wanted.scope <= ENCRYPTION_SCOPE.allNexus && (lock || !wanted.lock)],
    [5, wanted.checkExternalEncryptionMode === 0 && wanted.rawDecryptionModeControl !== 1],
    [5, !wanted.supplementalDecryptionKey && (clearKeyOnDemount || !wanted.clearKeyOnDemount)],
    [5, !wanted.clearKeyOnReservationPreempted && !wanted.clearKeyOnReservationLoss],
    [6, encrypts || encryptionMode === ENCRYPTION_MODE.disable],
    [7, decryptionMode <= DECRYPTION_MODE.mixed && !(encrypts && decryptionMode === DECRYPTION_MODE.raw)],
    [8, wanted.algorithmIndex === algorithmIndex],
    [9, wanted.keyFormat === KEY_FORMAT.plain],
    [10, wanted.kadFormat <= 2],
    [18, key.length === KEY_BYTES || (key.length === 0 && !encrypts && !decrypts)],
    [20 + key.length, areKads(wanted.kads)],
  ];
  const refused = fields.find(([, allowed]) => !allowed);
  if (refused) throw invalidFieldInParameterList(refused[0]);
}

const LONGEST_KAD: ReadonlyMap<number, number> = new Map([
  [KAD_TYPE.unauthenticated, LONGEST_UNAUTHENTICATED_KAD],
  [KAD_TYPE.authenticated, LONGEST_AUTHENTICATED_KAD],
]);

/** In ascending order of type, none twice, none too long, and no nonce, which the drive generates. */
function areKads(kads: readonly KeyAssociatedData[]): boolean {
  return kads.every(({ type, authenticated, data }, index) => {
    const before = kads[index - 1]?.type ?? -1;
    return type > before && authenticated === 0 && data.length > 0 && data.length <= (LONGEST_KAD.get(type) ?? 0);
  });
}
